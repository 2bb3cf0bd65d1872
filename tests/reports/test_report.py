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


@pytest.fixture
def full(phase, tallied, kept):
    return tallied(phase("a::1", {**kept, "total_tokens": "120", "cost": 1}), require=("orq/images_edits",))


def test_a_report_is_read_as_it_was_written(full):
    assert from_json(to_json(full)) == full


def test_a_hostile_report_is_read_as_it_was_written(nasty):
    assert from_json(to_json(nasty)) == nasty


def test_what_a_report_holds_is_what_the_published_schema_says(full, nasty):
    Draft202012Validator.check_schema(SCHEMA)
    for report in (full, nasty, Report()):
        VALIDATOR.validate(json.loads(to_json(report)))


def test_the_published_schema_names_all_that_a_report_holds(nasty):
    written = json.loads(to_json(nasty))
    definitions = SCHEMA["$defs"]
    assert list(written) == list(SCHEMA["properties"])
    assert set(written["settings"]) == set(definitions["settings"]["properties"])
    assert set(written["findings"][0]) == set(definitions["finding"]["properties"])
    assert set(written["unmatched"][0]) == set(definitions["call"]["properties"])
    contract = next(iter(written["contracts"].values()))
    assert set(contract) == set(definitions["contract"]["properties"])


def test_a_report_has_what_format_1_promises(full):
    written = json.loads(to_json(full))
    assert written["outcome"] == "failed"
    assert written["settings"]["require"] == ["orq/images_edits"]
    assert written["contracts"]["openrouter/alpha_responses"]["fields"]["usage.total_tokens"] == {"seen": 1, "null": 0}
    assert written["findings"][0] == {
        "contract": "openrouter/alpha_responses",
        "kind": "schema",
        "code": "wrong-type",
        "path": "usage.total_tokens",
        "expected": "number",
        "actual": 'string "120"',
        "message": 'string "120", documented as a number',
        "fingerprint": "c49be2c83e4b",
        "count": 1,
        "tests": ["a::1"],
        "failing": True,
        "known": False,
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 40},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 5},
            "total_tokens": "120",
            "cost": 1,
        },
        "ignored": {},
        "call": "POST openrouter.ai/api/alpha/responses (200)",
        "reason": "",
        "until": None,
    }


@pytest.mark.parametrize("text, message", NO_REPORTS)
def test_what_is_no_report_of_this_format_is_refused_in_words(text, message):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is asserted next
        from_json(text, "r.json")
    assert str(refused.value).startswith(message)


def test_a_report_with_something_else_in_a_place_is_refused_by_the_place(full):
    given = json.loads(to_json(full))
    given["findings"][0]["count"] = "2"
    with pytest.raises(ValueError, match=r"^this is no report of format 1: findings\.0\.count: Input should be"):
        from_json(json.dumps(given))


def test_names_of_a_later_version_are_let_pass(full):
    assert from_json(json.dumps({**json.loads(to_json(full)), "novelty": 1})) == full


def test_a_number_in_a_foreign_report_that_json_does_not_have_is_told_in_words(full):
    given = to_json(full).replace('"total_tokens": "120"', '"total_tokens": 1e400')
    assert from_json(given).findings[0].usage["total_tokens"] == "infinity, or a number too large to be read"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none\.json cannot be read: No such file or directory$"):
        read_report(tmp_path / "none.json")


def test_a_report_is_read_from_its_file(full, tmp_path):
    (tmp_path / "r.json").write_text(to_json(full))
    assert read_report(tmp_path / "r.json") == full
