"""Format 2 of the JSON report, written, read and refused, and the schema that is published of it."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pytest_usage_contract.core.codes import KINDS
from pytest_usage_contract.core.escape import JSON_TYPES
from pytest_usage_contract.reports.json_report import from_json, read_report, to_json
from pytest_usage_contract.reports.report import Report

SCHEMA = json.loads((files("pytest_usage_contract.reports") / "report.schema.json").read_text())
OLD = Path(__file__).parents[1] / "data" / "reports" / "format_1.json"
VALIDATOR = Draft202012Validator(SCHEMA)

NO_REPORTS = [
    ("", "r.json is no JSON report: Expecting value: line 1 column 1 (char 0)"),
    ("[" * 100_000, "r.json is no JSON report: maximum recursion depth exceeded while decoding a JSON array from a"),
    ("[]", 'r.json is no report of usage contracts: it has no "format"'),
    ("{}", 'r.json is no report of usage contracts: it has no "format"'),
    ('{"format": 3}', "r.json is a report of format 3; this version reads formats 1 and 2"),
    ('{"format": true}', "r.json is a report of format true; this version reads formats 1 and 2"),
    ('{"format": "\\u001b[31m"}', 'r.json is a report of format "\\u001b[31m"; this version reads formats 1 and 2'),
    ('{"format": 2}', 'r.json is no report of format 2: it has no "outcome"'),
    ('{"format": 1}', 'r.json is no report of format 1: it has no "outcome"'),
]


def test_a_report_is_read_as_it_was_written(varied, nasty):
    assert from_json(to_json(varied)) == varied
    assert from_json(to_json(nasty)) == nasty


def test_what_a_report_holds_is_what_the_published_schema_says(varied, nasty):
    Draft202012Validator.check_schema(SCHEMA)
    for report in (varied, nasty, Report()):
        VALIDATOR.validate(json.loads(to_json(report)))


def test_the_published_schema_names_all_that_a_report_holds(varied):
    written = json.loads(to_json(varied))
    definitions = SCHEMA["$defs"]
    assert list(written) == list(SCHEMA["properties"])
    assert set(written["settings"]) == set(definitions["settings"]["properties"])
    assert definitions["settings"]["properties"]["fail_on"]["items"]["enum"] == list(KINDS)
    assert definitions["finding"]["properties"]["kind"]["enum"] == list(KINDS)
    assert definitions["finding"]["properties"]["type"]["enum"] == ["", *JSON_TYPES]
    assert set(written["findings"][0]) == set(definitions["finding"]["properties"])
    assert set(written["unmatched"][0]) == set(definitions["call"]["properties"])
    contract = next(iter(written["contracts"].values()))
    assert set(contract) == set(definitions["contract"]["properties"])


@pytest.mark.parametrize("text, message", NO_REPORTS)
def test_what_is_no_report_of_this_format_is_refused_in_words(text, message):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is asserted next
        from_json(text, "r.json")
    assert str(refused.value).startswith(message)


def test_a_report_with_something_else_in_a_place_is_refused_by_the_place(varied):
    given = json.loads(to_json(varied))
    given["findings"][0]["count"] = "2"
    with pytest.raises(ValueError, match=r"^this is no report of format 2: findings\.0\.count: Input should be"):
        from_json(json.dumps(given))


DAMAGED = [
    (("findings", 0, "fingerprint"), "f54dbda520b1\n::error::x", "this is damaged: the text "),
    (("prunable", 0, "fingerprint"), "\x1b[31mred", 'this is damaged: the text "\\x1b[31mred" is none'),
    (("prunable", 0, "fingerprint"), "::error::x", "this is no report of format 2: prunable.0.fingerprint: "),
    (("contracts", "acme/chat", "fields", "usage.\u202e"), {"seen": 1, "null": 0}, "this is damaged: the text "),
    (("contracts", "acme/chat", "checked"), -1, "this is no report of format 2: contracts.acme/chat.checked: "),
    (("contracts", "acme/chat", "coverage"), float("nan"), "this is no report of format 2: contracts.acme/chat.cov"),
    (("reasons", 0), "\ud800", "this is damaged: the text "),
]


@pytest.mark.parametrize("place, forged, message", DAMAGED)
def test_a_report_that_nobody_has_written_is_refused_whatever_it_would_do_to_a_reader(varied, place, forged, message):
    given = damaged = json.loads(to_json(varied))
    for step in place[:-1]:
        damaged = damaged[step]
    damaged[place[-1]] = forged
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is asserted next
        from_json(json.dumps(given))
    assert str(refused.value).startswith(message)
    assert str(refused.value).isprintable()


def test_a_report_of_format_1_is_read_as_one_that_lacks_the_later_names():
    report = read_report(OLD)
    assert (report.format, report.outcome, report.checked, report.kept) == (2, "failed", 6, 2)
    assert {(found.type, found.places) for found in report.findings} == {("", ())}
    VALIDATOR.validate(json.loads(to_json(report)))


def test_names_of_a_later_version_are_let_pass(varied):
    assert from_json(json.dumps({**json.loads(to_json(varied)), "novelty": 1})) == varied


def test_a_number_in_a_foreign_report_that_json_does_not_have_is_told_in_words(varied):
    given = to_json(varied).replace('"input": 10', '"input": 1e400')
    assert from_json(given).findings[0].usage["input"] == {"…": "infinity, or a number too large to be read"}


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none\.json cannot be read: No such file or directory$"):
        read_report(tmp_path / "none.json")


def test_a_report_is_read_from_its_file(varied, tmp_path):
    (tmp_path / "r.json").write_text(to_json(varied))
    assert read_report(tmp_path / "r.json") == varied
