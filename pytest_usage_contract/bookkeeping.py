"""Holding a booking against its response: `assert_booked`, for whatever a test has in its hands."""

from typing import TYPE_CHECKING, Final, TypeGuard

from pytest_usage_contract.api import UsageContractError
from pytest_usage_contract.core.booked import read_booked
from pytest_usage_contract.core.booking import hold
from pytest_usage_contract.core.codes import Kind
from pytest_usage_contract.core.escape import pluralize
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.core.ledger import Answer, hold_all
from pytest_usage_contract.core.verdict_text import format_failure
from pytest_usage_contract.judgement import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_usage_contract.core.booking_words import Words
    from pytest_usage_contract.core.contract import Contract

BOOKING: Final[tuple[Kind, ...]] = ("booking",)


def assert_booked(
    booked: object, response: object, contract: "str | Contract | None" = None, *, words: "str | Words" = "otel"
) -> tuple[Verdict, ...]:
    """Demand that what the code under test has *booked* of a *response* is what the response said.

    *booked* may be a mapping, a row of a database, an object with fields, or a span of OpenTelemetry that has ended;
    *response* and *contract* are those of `check_usage`. *words* says what the names in *booked* mean: `otel` those of
    spans (`gen_ai.usage.input_tokens`), `exclusive` the names of `Tokens` as buckets that add up, and a mapping names
    of your own (`{"prompt": "input", "fresh": "input - cache_read"}`). Of a list of rows and a list of responses each
    response must be booked once: a row is of the response whose id is one of its values, else of one whose numbers it
    has, or of the nearest.

    Returns the verdict of each response; its *note* says which of the booked counts could not be compared, since the
    response is not sound there. Only the booking is judged, not the response.

    Raises `UsageContractError`, an `AssertionError`, with all findings; else what `check_usage` raises, `TypeError`
    for what is no row, and `LookupError` for words that mean nothing.
    """
    __tracebackhide__ = True
    many = _is_list(booked)
    if many and not _is_list(response):
        raise TypeError(f"a list of rows was booked, and a single {type(response).__qualname__} is held against it")
    rows = [read_booked(row, words) for row in (booked if _is_list(booked) else (booked,))]
    looked = [judge(one, contract) for one in (response if many and _is_list(response) else (response,))]
    if not looked:
        raise ValueError(f"there are no responses that {pluralize(len(rows), 'row')} could be held against")
    if many:
        verdicts = hold_all(rows, [Answer(one.verdict, one.ids(), one.usages) for one in looked])
    else:
        verdicts = (hold(rows[0], looked[0].verdict, looked[0].usages),)
    told = [
        format_failure(verdict, one.contract, failing=BOOKING, call=f"response {number}" if many else "")
        for number, (verdict, one) in enumerate(zip(verdicts, looked, strict=True))
        if verdict.findings
    ]
    if told:
        raise UsageContractError("\n\n".join(told), [verdict for verdict in verdicts if verdict.findings])
    return verdicts


def _is_list(value: object) -> "TypeGuard[Sequence[object]]":
    """Tell whether *value* is a list of things rather than a thing, as a named tuple is."""
    return isinstance(value, list | tuple) and not hasattr(value, "_asdict")
