"""Reports on the contracts of a made-up provider: findings with codes of our own, and messages that nobody else has."""

from dataclasses import replace
from datetime import date

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.finding import Finding, fingerprint_of
from pytest_usage_contract.core.usage import Count, Usage
from pytest_usage_contract.providers.registry import register
from pytest_usage_contract.reports.baseline import parse_baseline
from pytest_usage_contract.reports.outcome import conclude
from pytest_usage_contract.reports.phase import CheckedExchange, Occurrence, Phase
from pytest_usage_contract.reports.report import Demands, UnmatchedCall
from pytest_usage_contract.reports.tally import Tally, document


class Details(Usage):
    cached: Count


class ChatUsage(Usage):
    input: Count
    details: Details
    output: Count
    total: Count


class ImagesUsage(Usage):
    images: Count
    pixels: Count


SOURCE = {"package": "acme-sdk", "version": "1.3.84", "read": date(2026, 11, 21)}
CHAT = Contract(name="acme/chat", source=Source(document="AcmeChat", **SOURCE), usage=ChatUsage, endpoints=())
IMAGES = Contract(name="acme/images", source=Source(document="AcmeImages", **SOURCE), usage=ImagesUsage, endpoints=())
SPEECH = Contract(
    name="acme/speech", source=Source(document="", package=""), usage=Usage, endpoints=()
)  # never registered, nor documented

USAGE = {"input": 10, "details": {"cached": 4}, "output": 2, "total": "12", "cost": 0.5}
ACTUAL = {"missing-field": "absent", "null-value": "null"}
HOSTILE = (
    "\x1b[31mred\x1b[0m, a: b \x1b]0;title\x07\r\n::set-output name=a::b\n##[error]x <script>alert(1)</script> "
    "<img src=x onerror=alert(1)> | a | b |\n|---|---|\n``` `c` **d** [e](javascript:f) \u202egnirts \ud800 @here"
)


@pytest.fixture(autouse=True)
def acme():
    """The contracts `acme/chat` and `acme/images`, which the process knows while a test runs."""
    undo = register([CHAT, IMAGES])
    yield
    undo()


@pytest.fixture
def hostile():
    return HOSTILE


@pytest.fixture
def phase():
    """Makes what one phase of a test ships: one exchange, with findings of which each is `code path`, or drift of a type."""

    def make(
        test, *findings, contract=CHAT, usage=USAGE, nulls=(), fail_on=("schema",), ignored="", drift="number", **told
    ):
        occurrences = []
        for finding in findings:
            code, path = finding.split(" ", 1)
            json_type = drift if CODES[code].kind == "drift" else ""
            texts = ("a count", ACTUAL.get(code, "a text"), f"what {code} says")
            found = Finding(contract.name, code, path, *texts, json_type)
            failing = CODES[code].kind in fail_on and not ignored
            occurrences.append(Occurrence(finding=found, failing=failing, excused=ignored))
        missing = {found.finding.path for found in occurrences if found.finding.code == "missing-field"}
        paths = [field.path for field in checker(contract).fields if field.path not in missing]
        exchange = CheckedExchange(
            contract=contract.name,
            call=f"POST api.acme.test/{contract.name} (200)",
            seen={path: path not in nulls for path in paths},
            occurrences=tuple(occurrences),
            usage=usage,
            **told,
        )
        documented = {} if contract is SPEECH else {contract.name: document(contract)}
        return Phase(test=test, exchanges=(exchange,), documented=documented)

    return make


@pytest.fixture
def images():
    """The contract of two fields, for a phase that is not about chat."""
    return IMAGES


@pytest.fixture
def tallied():
    """Makes a report of phases, judged by the gate."""

    def make(*phases, baseline=None, today=None, filtered=False, urls=(), interrupted=False, missing=(), **settings):
        tally = Tally()
        for data in phases:
            tally.add(data)
        asked = Demands(**settings, baseline="usage-baseline.toml" if baseline else None)
        report = tally.report(require=asked.require, urls=urls, interrupted=interrupted, missing=missing)
        return conclude(report, asked, baseline=baseline, today=today, filtered=filtered)

    return make


@pytest.fixture
def entry():
    """Makes the text of an entry that accepts a finding, which is given as `code path`."""

    def make(finding, contract="acme/chat", **said):
        code, path = finding.split(" ", 1)
        fingerprint = fingerprint_of(contract, code, path, said.get("type", ""))
        rows = {"fingerprint": fingerprint, "contract": contract, "code": code, "path": path, **said}
        written = [
            f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in rows.items()
        ]
        return "\n".join(["[[accepted]]", *written, "first_seen = 2026-11-01", ""])

    return make


@pytest.fixture
def varied(phase, tallied, entry):
    """A report in which everything is seen once: what fails, warns, is known, ignored, mocked, or was not judged."""
    accepted = (
        entry("wrong-type usage.total", reason="ticket 7", until=date(2026, 12, 31)),
        entry("negative-count usage.total"),
        entry("null-value usage.input", until=date(2026, 11, 1)),
        entry("wrong-type usage.pixels", "acme/images"),
        entry("wrong-type usage.images", "acme/images"),
        entry("undocumented-field usage.extra", "acme/images"),
    )
    beside = Phase(
        test="tests/test_chat.py::test_kept",
        abandoned=1,
        other_statuses=2,
        unmatched=(
            UnmatchedCall(method="POST", host="api.acme.test", path="/v0/speech", count=3),
            UnmatchedCall(method="POST", host="gateway.test:4000", path="/v1/chat", count=1, looks_like="acme/chat"),
        ),
        used_urls=("http://used.test = acme",),
        errors=("ValueError: a fault of the plugin's own",),
    )
    absent, null = {**USAGE, "details": {}}, {**USAGE, "input": None}
    bill = ("missing-field usage.details.cached", "undocumented-field usage.cost")
    return tallied(
        phase("tests/test_chat.py::test_kept"),
        phase("tests/test_chat.py::test_empty", usage=None, without_usage=True),
        *(
            phase(f"tests/test_bill.py::test_{letter}", *bill, usage=absent, place=f"tests/test_bill.py:{line}")
            for line, letter in enumerate("abcdefghijklmn", 8)
        ),
        phase("tests/test_chat.py::test_known", "wrong-type usage.total", "negative-count usage.total"),
        phase("tests/test_chat.py::test_expired", "null-value usage.input", nulls=["usage.input"], usage=null),
        phase("tests/test_chat.py::test_xfail", "not-json usage", usage=None, ignored="xfail"),
        phase("", "total-mismatch usage.total", usage=None),
        phase("tests/test_images.py::test_made", contract=IMAGES, nulls=["usage.pixels"]),
        phase("tests/test_speech.py::test_mocked", contract=SPEECH, mocked=True),
        beside,
        baseline=parse_baseline("\n".join(accepted), "the baseline"),
        today=date(2026, 11, 22),
        urls=("http://used.test = acme", "http://idle.test/v1 = acme/chat"),
        require=("acme/speech", "acme/video"),
        demand=("acme/images",),
        configuration="tox.ini",
        min_coverage=60.0,
    )


@pytest.fixture
def nasty(phase, tallied):
    """A report whose every foreign text is hostile, and as long as can be."""
    usage = {**USAGE, "total": HOSTILE, HOSTILE: {HOSTILE: [HOSTILE, float("nan"), 10**5000]}, "k" * 1_000_000: 1}
    data = phase(f"tests/test_{HOSTILE}.py::test_x[{HOSTILE}]", f"wrong-type usage.{HOSTILE}", usage=usage)
    (exchange,) = data.exchanges
    (found,) = exchange.occurrences
    said = replace(found, finding=found.finding._replace(message=HOSTILE * 2, actual=HOSTILE * 10_000))
    data = replace(
        data,
        exchanges=(replace(exchange, call=f"POST {HOSTILE} (200)", place=f"{HOSTILE}:7", occurrences=(said,)),),
        unmatched=(UnmatchedCall(method=HOSTILE, host=HOSTILE, path=HOSTILE * 1000, count=1, looks_like=HOSTILE),),
        errors=(f"ValueError: {HOSTILE}",),
    )
    outside = phase("", f"undocumented-field usage.{HOSTILE}", usage=usage)
    return tallied(
        data,
        outside,
        phase(f"::error::{HOSTILE}", "not-json usage"),
        require=(HOSTILE,),
        urls=(HOSTILE,),
        missing=(HOSTILE,),
    )
