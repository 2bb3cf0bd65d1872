"""Calls of the public names as the type checker sees them: nobody runs this file, and its wrong calls must be errors."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, assert_type

from pytest_usage_contract import (
    ABSENT,
    Beside,
    Contract,
    Count,
    Endpoint,
    Finding,
    Framing,
    MayBeAbsent,
    Part,
    Source,
    Total,
    Usage,
    UsageContractError,
    Verdict,
    Whole,
    assert_booked,
    assert_usage,
    assert_usage_parity,
    check_usage,
    contracts,
    find_contract,
    json_schema,
    read_contract,
)


class Details(Usage):
    cached_tokens: MayBeAbsent[Count | None] = ABSENT


class ChatUsage(Usage):
    prompt_tokens: Count
    total_tokens: Count
    details: MayBeAbsent[Details] = ABSENT


CHAT = Contract(
    name="acme/chat",
    source=Source(document="ChatUsage", package="acme", read=date(2026, 11, 22)),
    usage=ChatUsage,
    endpoints=(
        Endpoint(path="/v1/chat", hosts=("api.acme.example",), presence="nullable"),
        Endpoint(path="/v1/stream", hosts=("api.acme.example",), stream=Framing(terminal={"done": (True,)})),
    ),
    accounting=(
        Total("total_tokens", of=("prompt_tokens",)),
        Whole("total_tokens", parts=("prompt_tokens",)),
        Part("details.cached_tokens", whole="prompt_tokens"),
        Beside("details.cached_tokens", headline="prompt_tokens"),
    ),
)


def right_calls(response: object, usage: ChatUsage) -> None:
    verdict = check_usage(response, "acme/chat")
    assert_type(verdict, Verdict)
    assert_type(verdict.findings, tuple[Finding, ...])
    assert_type(verdict.kept, bool)
    assert_type(verdict.fails(("schema", "drift")), bool)
    assert_type(check_usage(response, CHAT), Verdict)
    assert_type(check_usage(response), Verdict)
    for finding in verdict.of("schema"):
        assert_type(finding.path, str)
        assert_type(finding.fingerprint, str)

    assert_usage(response, "acme/chat", fail_on="all")
    assert_usage(response, CHAT, fail_on=["schema", "accounting"])
    assert_usage_parity(response, response, CHAT)
    assert_type(assert_booked({"input": 3}, response, "acme/chat", words="exclusive"), tuple[Verdict, ...])
    assert_booked([usage, usage], [response, response], CHAT, words={"prompt_tokens": "input"})
    assert_type(contracts(), tuple[Contract, ...])
    assert_type(find_contract("acme/chat"), Contract)
    assert_type(read_contract("chat.json"), Contract)
    assert_type(json_schema(read_contract("chat.json")), dict[str, Any])
    assert_type(usage.prompt_tokens, int | float)

    judge: Callable[..., object] = assert_usage
    judge(response)
    error: AssertionError = UsageContractError("acme/chat broken", [verdict])
    raise error


def pytest_usage_contracts() -> Iterable[Contract]:
    return [CHAT]


def wrong_calls(response: object, usage: ChatUsage, verdict: Verdict, finding: Finding) -> None:
    check_usage()  # type: ignore[call-arg]  # nothing to judge
    check_usage(response, 3)  # type: ignore[arg-type]  # no contract is called 3
    check_usage(response, CHAT, "all")  # type: ignore[call-arg]  # check_usage fails on nothing
    assert_usage(response, CHAT, "all")  # type: ignore[call-arg]  # the policy is given by its name
    assert_usage(response, CHAT, fail_on=3)  # type: ignore[arg-type]  # a policy is made of words
    assert_usage_parity(response)  # type: ignore[call-arg]  # parity takes two
    assert_booked({})  # type: ignore[call-arg]  # against what?
    assert_booked({}, response, CHAT, "otel")  # type: ignore[call-arg]  # the words are given by their name
    assert_booked({}, response, CHAT, words=("in", "out"))  # type: ignore[arg-type]  # words are a mapping
    find_contract()  # type: ignore[call-arg]  # which?
    Contract(name="acme/chat", usage=ChatUsage)  # type: ignore[call-arg]  # a promise was read somewhere
    Contract(name="acme/chat", source=Source(document="C", package="p"), usage=dict)  # type: ignore[arg-type]
    Endpoint(path="/v1/chat")  # type: ignore[call-arg]  # served nowhere
    Endpoint(path="/v1/chat", hosts=(), presence="perhaps")  # type: ignore[arg-type]  # one of four words
    Framing()  # type: ignore[call-arg]  # a stream has an end
    Total("total_tokens")  # type: ignore[call-arg]  # of what?
    Part("cached_tokens", whole=("prompt_tokens",))  # type: ignore[arg-type]  # inside one whole
    verdict.of("error")  # type: ignore[arg-type]  # there are four kinds
    verdict.findings = ()  # type: ignore[misc]  # a verdict stays as it is
    finding.code = "wrong-type"  # type: ignore[misc]  # and so does a finding
    _ = usage.details.cached_tokens  # type: ignore[union-attr]  # details may be absent
