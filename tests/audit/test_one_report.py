"""However it is recorded, cut, shared out, interrupted or packed: the same bodies come to the same report."""

import io
import json
import re
import sys
from pathlib import Path

import httpx
import pytest
from recorded import URL, write_mixed
from toy import TOY

from pytest_usage_contract import check_usage, cli, counterexamples, examples
from pytest_usage_contract.audit import check_command
from pytest_usage_contract.audit.partial import FIRST
from pytest_usage_contract.core.escape import tame_usage
from pytest_usage_contract.core.exchange import Exchange, Request
from pytest_usage_contract.core.policy import decide
from pytest_usage_contract.reports.json_report import to_json
from pytest_usage_contract.reports.outcome import conclude
from pytest_usage_contract.reports.phase import CheckedExchange, Occurrence, Phase
from pytest_usage_contract.reports.report import Demands
from pytest_usage_contract.reports.tally import Tally, document

USAGES = [each.usage for each in (*examples(TOY), *counterexamples(TOY))]
BODIES = [json.dumps({"id": "x", "usage": usage}).encode() for usage in USAGES] * 2
STREAM = b'data: {"type": "completed", "response": ' + BODIES[0] + b"}\n\n"
WARNED = ("--fail-on=schema,accounting", "--ignore=null-value in toy", "--demand=toy")


@pytest.fixture
def forms(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    return {form: f"data/{name}" for form, name in write_mixed(tmp_path / "data", BODIES, STREAM).items()}


def report(*arguments):
    cli.main(["check", *arguments, "--url", URL, "--report", "report.json"])
    return Path("report.json").read_bytes()


@pytest.mark.slow
def test_two_processes_report_what_one_does(forms):
    assert report("data", *WARNED, "--jobs=2") == report("data", *WARNED)


@pytest.mark.parametrize("after", range(0, 8, 2))
def test_an_audit_that_was_interrupted_and_goes_on_reports_what_an_undisturbed_one_does(forms, monkeypatch, after):
    def stop(parts, plan, jobs):
        yield from list(judge_parts(parts, plan, jobs))[:after]
        raise KeyboardInterrupt

    judge_parts, whole = check_command.judge_parts, report("data", *WARNED)
    with monkeypatch.context() as patch:
        patch.setattr(check_command, "judge_parts", stop)
        assert json.loads(report("data", "--state=state.db"))["interrupted"]
    assert report("data", *WARNED, "--state=state.db") == whole
    assert report("data", *WARNED, "--state=state.db") == whole


def test_what_is_cut_into_parts_reports_what_is_not(forms, monkeypatch):
    whole = report("data", *WARNED)
    monkeypatch.setattr(check_command, "PART_SIZE", 500)
    assert report("data", *WARNED) == whole


@pytest.mark.parametrize("form", ["gzip", "zstd", "stdin", "har", "cassette"])
def test_each_form_of_the_same_bodies_comes_to_the_same_but_for_where_they_stand(forms, monkeypatch, form):
    lines = report(forms["lines"], *WARNED)
    if form == "stdin":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(forms["lines"]).read_bytes())))
    assert normalize(report(forms.get(form, "-"), *WARNED)) == normalize(lines)


def normalize(report):
    """A report in which a place is the number of a line, an entry or an interaction alone."""
    return re.sub(rb'"(?:-|data/[a-z.]+)(?::|, [a-z]+ )(\d+)"', rb'"\1"', report)


def test_an_audit_comes_to_what_the_same_bodies_do_that_are_judged_one_by_one(forms):
    audited = json.loads(report(forms["lines"]))
    tally = Tally()
    tally.add(Phase(documented={TOY.name: document(TOY)}))
    for number, body in enumerate(BODIES, 1):
        tally.add(Phase(exchanges=(judge_alone(body, f"{forms['lines']}:{number}"),)))
    alone = json.loads(to_json(conclude(tally.report(), Demands())))
    for found, same in zip(audited["findings"], alone["findings"], strict=True):
        assert found.pop("places") == same.pop("places")[:FIRST]
    assert (audited.pop("audit")["unread"], alone.pop("audit")) == (0, None)
    assert audited == alone


def judge_alone(body, place):
    verdict = check_usage(httpx.Response(200, content=body, request=httpx.Request("POST", URL)))
    return CheckedExchange(
        contract=verdict.contract,
        call=Exchange(Request.of("POST", URL), 200).call,
        place=place if verdict.findings else "",
        without_usage=verdict.kept and not isinstance(verdict.wire, dict),
        seen=dict(verdict.seen),
        occurrences=tuple(
            Occurrence(finding=finding, failing=decide(finding.kind, ("schema",))) for finding in verdict.findings
        ),
        usage=tame_usage(verdict.wire) if verdict.findings and isinstance(verdict.wire, dict) else None,
    )
