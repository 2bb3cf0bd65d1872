"""Format 1 of the JSON report, written, read and refused, and the schema that is published of it."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from pytest_usage_contract.reports.report import Report, from_json, read_report, to_json

SCHEMA = json.loads((files("pytest_usage_contract.reports") / "report.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)

NO_REPORTS = [
    ("", "r.json is no JSON report: Expecting value: line 1 column 1 (char 0)"),
    ("[" * 100_000, "r.json is no JSON report: maximum recursion depth exceeded while decoding a JSON array from a"),
    ("[]", 'r.json is no report of usage contracts: it has no "format"'),
    ("{}", 'r.json is no report of usage contracts: it has no "format"'),
    ('{"format": 2}', "r.json is a report of format 2; this version reads format 1"),
    ('{"format": "\\u001b[31m"}', 'r.json is a report of format "\\u001b[31m"; this version reads format 1'),
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
    with pytest.raises(ValueError, match=r"^this is no report of format 1: findings\.0\.count: Input should be"):
        from_json(json.dumps(given))


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
