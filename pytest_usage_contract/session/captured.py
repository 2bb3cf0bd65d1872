"""Exchanges that a test has received, as the test and its attempt see them, and the one that a response came from."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import TYPE_CHECKING, Final, overload

from pytest_usage_contract.core.exchange import Exchange, Representation

if TYPE_CHECKING:
    from pytest_usage_contract.core.finding import Verdict
    from pytest_usage_contract.providers.routes import Route

Caller = tuple[CodeType | None, int, int]
"""The code of the test's own that made a call, how far it had come (`f_lasti`), and the span that was open, or 0."""

NOWHERE: Final[Caller] = (None, 0, 0)
"""The caller where nothing of the test's own is on the stack."""


@dataclass(eq=False, slots=True)
class Captured:
    """One exchange that a test has received; *verdict* is None for an error, and where no contract covers it."""

    exchange: Exchange
    place: "Route | None" = None
    verdict: "Verdict | None" = None
    response: Callable[[], object] = field(default=lambda: None, repr=False)
    caller: Caller = field(default=NOWHERE, repr=False)
    judged_by_test: bool = False
    asked: bool = False
    told: int = 0
    """The number of its findings that a failure has told."""
    shipped: int | None = None
    """The number of its findings that a report has, or None where none has heard of it."""

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.exchange.request.method

    @property
    def host(self) -> str:
        """The host that was called, with a port only where the URL has one."""
        return self.exchange.request.host

    @property
    def path(self) -> str:
        """The path that was called, without the query."""
        return self.exchange.request.path

    @property
    def status(self) -> int:
        """The status of the response."""
        return self.exchange.status

    @property
    def mocked(self) -> bool:
        """Tell whether a mock of this plugin has answered."""
        return self.exchange.mocked

    @property
    def body(self) -> bytes:
        """The body, as long as it is kept."""
        return self.exchange.body

    @property
    def representation(self) -> Representation:
        """The headers of the response that say how its body is to be read."""
        return self.exchange.representation

    @property
    def call(self) -> str:
        """`POST openrouter.ai/api/v1/responses (200)`."""
        return self.exchange.call

    @property
    def contract(self) -> str | None:
        """The name of the contract that it was judged under."""
        return self.place.contract.name if self.place else None

    @property
    def usage(self) -> object:
        """The usage as a typed object where its schema holds, else as it was on the wire; `ABSENT` without one."""
        if self.verdict is None:
            return None
        usage = self.verdict.usage
        return self.verdict.wire if usage is None else usage

    @property
    def has_usage(self) -> bool:
        """Tell whether the answer carries a usage, of whatever shape."""
        return self.verdict is not None and isinstance(self.verdict.wire, dict)


def find_origin(response: object, captured: Sequence[Captured]) -> Captured | None:
    """Return the exchange that a response, its bytes, or an SDK's object came from.

    Of an object it is the one in whose body its `id` stands; of objects without one, the only candidate.
    """
    for exchange in captured:
        if response is not None and (exchange.response() is response or (response and exchange.body is response)):
            return exchange
    from pytest_usage_contract.core.response import dump_object  # noqa: PLC0415 - needed by few runs

    items = response if isinstance(response, list) and response else [response]
    dumped = dump_object(items[-1])
    if not isinstance(dumped, dict):
        return None
    covered = [exchange for exchange in captured if exchange.body]
    inner = dumped.get("response")
    identity = dumped.get("id") or (inner.get("id") if isinstance(inner, dict) else None)
    if isinstance(identity, str):
        wanted = json.dumps(identity, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return next((exchange for exchange in covered if wanted in exchange.body), None)
    judged = [exchange for exchange in covered if exchange.verdict is not None]
    return judged[0] if len(judged) == 1 and "usage" in dumped else None


class Exchanges(Sequence[Captured]):
    """The exchanges under contract that *captured* gives, whenever that is asked."""

    def __init__(self, captured: Callable[[], list[Captured]]) -> None:
        self._captured = captured

    def __len__(self) -> int:
        return len(self._captured())

    @overload
    def __getitem__(self, index: int) -> Captured: ...
    @overload
    def __getitem__(self, index: slice) -> list[Captured]: ...
    def __getitem__(self, index: int | slice) -> Captured | list[Captured]:
        return self._captured()[index]

    def __eq__(self, other: object) -> bool:
        return self._captured() == (other._captured() if isinstance(other, Exchanges) else other)

    __hash__ = None  # type: ignore[assignment]  # as a list has none: it changes

    def __repr__(self) -> str:
        return repr(self._captured())
