"""The mock of one provider or contract: its routes, its calls, and what it answers next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

import httpx
from respx.models import CallList, Route
from respx.patterns import Pattern
from respx.router import Router

from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.core.usage import Absent
from pytest_usage_contract.mocks.answers import (
    Answer,
    Choice,
    Streaming,
    make_body,
    make_chunks,
    make_error_body,
    read_answer,
    wants_stream,
)
from pytest_usage_contract.mocks.streams import Chunks

MOCKED: Final = "usage_contract.mocked"
"""The response extension by which capture tells our answers from a server's."""


class UsageMock:
    """What `usage_mock` returns.

    *contracts* are those that are mocked, *routes* their respx routes, one for each endpoint.
    """

    def __init__(self, contracts: Sequence[Contract], router: Router, answers: list[Answer]) -> None:
        """*answers* are given one after the other, the last of them for good."""
        self.contracts = tuple(contracts)
        self._router = router
        self._answers = answers
        self._requests: list[httpx.Request] = []
        self.routes: tuple[Route, ...] = ()

    def __repr__(self) -> str:
        return f"<UsageMock of {', '.join(map(str, self.contracts))}: {len(self._requests)} calls>"

    def mount(self, contract: Contract, endpoint: Endpoint, pattern: Pattern) -> None:
        """Answer as *endpoint* does the requests that fit *pattern*."""
        route = self._router.add(Route(pattern))
        route.side_effect = self._answering(contract, endpoint)
        self.routes += (route,)

    @property
    def calls(self) -> CallList:
        """The respx list of the calls that were answered, in their order: `.last`, `.call_count`, `[0].request`."""
        mine = set(map(id, self._requests))
        return CallList([call for call in self._router.calls if id(call.request) in mine], name=self)

    def answers(
        self,
        *,
        example: Choice = None,
        stream: Streaming = None,
        status: int = 200,
        usage: Mapping[str, Any] | Absent | None = None,
    ) -> Self:
        """Answer so from now on, whatever was to come."""
        self._answers[:] = [read_answer(self.contracts, example=example, stream=stream, status=status, usage=usage)]
        return self

    def then(
        self,
        *,
        example: Choice = None,
        stream: Streaming = None,
        status: int = 200,
        usage: Mapping[str, Any] | Absent | None = None,
    ) -> Self:
        """Answer so after the answers that are set, which are given once each; the last is given for good."""
        self._answers.append(read_answer(self.contracts, example=example, stream=stream, status=status, usage=usage))
        return self

    def _answering(self, contract: Contract, endpoint: Endpoint) -> Callable[[httpx.Request], httpx.Response]:
        def side_effect(request: httpx.Request) -> httpx.Response:
            self._requests.append(request)
            given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            return _response(given, endpoint, given.usages[contract.name], request.content)

        return side_effect


def _response(given: Answer, endpoint: Endpoint, usage: object, request: bytes) -> httpx.Response:
    extensions = {MOCKED: True}
    if given.failed or endpoint.stream is None or not wants_stream(given.stream, endpoint, request):
        content = make_error_body(given.status) if given.failed else make_body(endpoint, usage)
        kind = {"content-type": "application/json"}
        return httpx.Response(given.status, headers=kind, content=content, extensions=extensions)
    sent = Chunks(make_chunks(endpoint, endpoint.stream, usage, given.stream), cut=given.stream == "cut")
    kind = {"content-type": "text/event-stream"}
    return httpx.Response(given.status, headers=kind, stream=sent, extensions=extensions)
