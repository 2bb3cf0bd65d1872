"""The page that says who books what rightly, from the record of a real run, and the notes on what is wrong there.

`python tests/kit/bookkeeping_page.py` writes it again; `tox -e booking -- tests/booking --update` makes the record.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from booking_cases import CASES, Case

from pytest_usage_contract import Finding, UsageContractError, assert_booked

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "explanation" / "bookkeeping.md"
RECORD: dict[str, dict[str, Any]] = json.loads((TESTS / "booking" / "record.json").read_text(encoding="utf-8"))
NOTES: list[dict[str, Any]] = tomllib.loads((TESTS / "booking" / "notes.toml").read_text(encoding="utf-8"))["note"]

CONTRACTS = tuple(dict.fromkeys(case.contract for case in CASES))
PARTS = ("cache_read", "cache_creation", "reasoning")


class Booking(NamedTuple):
    """The *row* that a package has booked of a case, and what `assert_booked` finds wrong with it."""

    case: Case
    row: Mapping[str, int]
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...]
    """Parts that the response tells, and for which nothing is booked."""


def read_bookings(package: str, contract: str) -> Iterator[Booking]:
    """Yield what a package has booked of a contract, in the order of the cases."""
    words, rows = RECORD[package]["words"], RECORD[package]["booked"][contract]
    for case in (case for case in CASES if case.contract == contract and case.name in rows):
        row = rows[case.name]
        try:
            assert_booked(row, case.answer, contract, words=words)
            findings: tuple[Finding, ...] = ()
        except UsageContractError as error:
            findings = error.verdicts[0].findings
        booked = {words[name] for name in row if name in words}
        left_out = tuple(part for part in PARTS if case.tokens.get(part) and part not in booked)
        yield Booking(case, row, findings, left_out)


def find_note(package: str, contract: str) -> dict[str, Any]:
    """Return the note on a deviation; raise `LookupError` where there is none, or more than one."""
    notes = [note for note in NOTES if (note["package"], note["contract"]) == (package, contract)]
    if len(notes) != 1:
        raise LookupError(f"{len(notes)} notes in tests/booking/notes.toml on {package} and {contract}; write one")
    return notes[0]


def list_deviations() -> list[tuple[str, str]]:
    """Return each package, and contract, of which something else is booked than the response says."""
    return [
        (package, contract)
        for contract in CONTRACTS
        for package in sorted(RECORD)
        if contract in RECORD[package]["booked"]
        and any(booking.findings for booking in read_bookings(package, contract))
    ]


def write_page() -> str:
    """Return the page in Markdown."""
    parts = [HEAD.format(day=max(entry["read"] for entry in RECORD.values()), packages=len(RECORD))]
    for contract in CONTRACTS:
        parts += [f"### {contract}", "\n".join(_tabulate(contract))]
    parts += [DEVIATIONS, *(_write_deviation(*deviation) for deviation in list_deviations())]
    parts += [GUARD, VERSIONS, "\n".join(_list_versions())]
    return "\n\n".join(parts) + "\n"


def _tabulate(contract: str) -> Iterator[str]:
    cases = [case for case in CASES if case.contract == contract]
    yield f"| | {' | '.join(case.name for case in cases)} |"
    yield f"|---|{'---|' * len(cases)}"
    yield f"| *the response* | {' | '.join(map(_describe_response, cases))} |"
    for package in sorted(name for name, entry in RECORD.items() if contract in entry["booked"]):
        cells = {booking.case.name: _describe(package, booking) for booking in read_bookings(package, contract)}
        yield f"| `{package}` | {' | '.join(cells.get(case.name, '–') for case in cases)} |"


def _describe_response(case: Case) -> str:
    tokens = case.tokens
    parts = [f"`{part}` {tokens[part]}" for part in PARTS if tokens.get(part)]
    return ", ".join([f"`input` {tokens['input']}", f"`output` {tokens['output']}", *parts])


def _describe(package: str, booking: Booking) -> str:
    if not booking.findings:
        return ", ".join(["right", *(f"no `{part}`" for part in booking.left_out)])
    words = RECORD[package]["words"]
    told = ", ".join(
        f"`{words.get(found.path, found.path)}` {found.actual}, not {found.expected}" for found in booking.findings
    )
    differs = find_note(package, booking.case.contract).get("differs")
    return f"{'differs' if differs else '**wrong**'}: {told}"


def _write_deviation(package: str, contract: str) -> str:
    note = find_note(package, contract)
    rows = [
        (booking.case.name, found.code, found.path, found.message)
        for booking in read_bookings(package, contract)
        for found in booking.findings
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    title = f"### {package}, {contract}"
    links = ", ".join(f"[{_name_thread(thread)}]({thread})" for thread in note["threads"])
    kind = "A difference of definition, read" if note.get("differs") else "Read"
    where = f"{kind} in `{note['source']}` of {package} {RECORD[package]['version']}; see also {links}."
    return "\n".join([title, "", "```text", *lines, "```", "", *note["why"], where])


def _name_thread(address: str) -> str:
    owner, name, _, number = address.removeprefix("https://github.com/").split("/")
    return f"{owner}/{name}#{number}"


def _list_versions() -> Iterator[str]:
    yield "| package | version | beside | run |"
    yield "|---|---|---|---|"
    for package, entry in sorted(RECORD.items()):
        beside = ", ".join(f"{name} {version}" for name, version in entry["beside"].items())
        yield f"| `{package}` | {entry['version']} | {beside} | {entry['read']} |"


HEAD = """\
# Who books what

The wire says what a call has cost, and then something books it: an instrumentation writes it on a span, a library hands it on beside the answer.
On this page {packages} packages have booked the same answers, in the [versions](#versions) that were current on {day}, and [`assert_booked`](../how-to/hold-your-bookkeeping.md) has held each booking against the response.

`tox -e booking,booking-openai-v2` runs them: the provider's own SDK, or the library, calls a server on loopback that answers in the dialect of the provider, and what is booked is written down as it is.
The page is made of that record.
A scheduled workflow runs them again every week, in the versions of the day, and fails where a package books something else than is recorded.

## What was booked

The first row of a table is what the response means in the words of the OpenTelemetry conventions, whose input [includes cached tokens](https://github.com/open-telemetry/semantic-conventions/pull/3163), and whose output includes reasoning.
What the names of a package mean is said in `tests/booking/packages.py`.

- *right*: every count that was booked is what the response says.
- *no* `reasoning`, say: right, and this part is booked nowhere.
- **wrong**: what was booked, and what the response says.
- *differs*: the package means something else by this name, and says so.
- *–*: not asked, since an extractor that reads a body has no stream to read."""

DEVIATIONS = """\
## What is booked instead

Each line is a finding of `assert_booked`, with the reason that it names."""

GUARD = """\
## Guard against it

A wrong booking raises no error, so only a test sees it.
In a run under `--usage-contract`, one line holds each span that ends in a test against the response that it tells of:

```ini
[pytest]
usage_contract_spans = true
```

[Hold spans against the wire](../how-to/hold-spans-against-the-wire.md) shows such a run.
A suite that streams from Anthropic under `opentelemetry-instrumentation-anthropic` fails with `--usage-contract-fail-on=schema,booking`, and passes under `opentelemetry-instrumentation-genai-anthropic`: `tests/booking/test_spans_of_instrumentations.py` does both.

What your code has stored, a row as well as a span, can be [held against its response](../how-to/hold-your-bookkeeping.md) by hand:

```python
import pytest

from pytest_usage_contract import UsageContractError, assert_booked

usage = {"inputTokens": 12, "cacheReadInputTokens": 9000, "outputTokens": 300, "totalTokens": 9312}
booked = {
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.cache_read.input_tokens": 9000,
    "gen_ai.usage.output_tokens": 300,
}

with pytest.raises(UsageContractError, match="less by cache_read = 9000"):
    assert_booked(booked, usage, "bedrock/converse")
```

Where you live with another definition, say so in `words`, and everything else is still held:

```python
words = {
    "gen_ai.usage.input_tokens": "input - cache_read - cache_creation",
    "gen_ai.usage.cache_read.input_tokens": "cache_read",
    "gen_ai.usage.output_tokens": "output",
}
assert_booked(booked, usage, "bedrock/converse", words=words)
```"""

VERSIONS = """\
## Versions

Nothing was configured but the address.
`opentelemetry-instrumentation-openai-v2`, `opentelemetry-instrumentation-google-genai` and `opentelemetry-instrumentation-botocore` book the same with `OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental`, as was tried on 2026-11-28.
The first of them has an environment of its own: it sets no upper bound for `opentelemetry-util-genai`, and beside 1.2b0 and later it cannot be imported; `opentelemetry-instrumentation-genai-openai` is the newer package for the same SDK."""


if __name__ == "__main__":  # pragma: no cover - the tests hold the page against what it would write
    PAGE.write_text(write_page(), encoding="utf-8")
