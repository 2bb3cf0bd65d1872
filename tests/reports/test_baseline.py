"""The file of accepted findings: read, refused in words, and never changed by an update but at its end."""

import tomllib
from datetime import date

import pytest

from pytest_usage_contract.core.finding import Finding
from pytest_usage_contract.reports.baseline import parse_baseline, read_baseline

TODAY = date(2026, 11, 22)
ENTRY = """[[accepted]]
fingerprint = "f54dbda520b1"
contract = "acme/chat"
code = "wrong-type"
path = "usage.total"
first_seen = 2026-11-01
"""
REASONED = ENTRY + 'reason = "ticket 7"  # ask Ada\nuntil = 2026-12-31\n'
DRIFT = """[[accepted]]
fingerprint = "b73fe3266582"
contract = "acme/chat"
code = "undocumented-field"
path = "usage.cost"
type = "number"
first_seen = 2026-11-01
"""
OF_ANY_TYPE = DRIFT.replace("b73fe3266582", "bed8888d34d9").replace('type = "number"\n', "")

READABLE = [
    ("", 0),
    ("# nothing yet\n", 0),
    ("accepted = []\n", 0),
    (ENTRY, 1),
    (REASONED, 1),
    (ENTRY.replace("\n", "\r\n"), 1),
    (DRIFT, 1),
    (DRIFT + OF_ANY_TYPE, 2),
]
BROKEN = [
    ("[[accepted", "b.toml is no TOML: Expected ']]' at the end of an array declaration (at end of document)"),
    ("known = 1", 'b.toml: "known" is no part of a baseline, only [[accepted]] is'),
    ("accepted = 1", "b.toml: its entries are to be tables, each under [[accepted]]"),
    ("accepted = [1]", "b.toml: its entries are to be tables, each under [[accepted]]"),
    (ENTRY.replace('code = "wrong-type"\n', ""), 'b.toml, entry 1: has no "code"'),
    (ENTRY + "reason = 7", 'b.toml, entry 1: "reason" is to be a string'),
    (ENTRY + 'until = "2026-12-31"', 'b.toml, entry 1: "until" is to be a date without quotes, such as 2027-01-31'),
    (
        ENTRY + "until = 2026-12-31T10:00:00",
        'b.toml, entry 1: "until" is to be a date without quotes, such as 2027-01-31',
    ),
    (ENTRY + 'untill = "2026-12-31"', 'b.toml, entry 1: "untill" is no part of an entry'),
    (
        ENTRY.replace("wrong-type", "wrong-typo"),
        'b.toml, entry 1: "wrong-typo" is no code of a finding; usage-contract explain lists them',
    ),
    (
        ENTRY.replace("usage.total", "usage.input"),
        'b.toml, entry 1: fingerprint "f54dbda520b1" is not that of its contract, code and path, which is 267172bf3acf',
    ),
    (
        DRIFT.replace("number", "object"),
        'b.toml, entry 1: fingerprint "b73fe3266582" is not that of its contract, code, path and type, which is 0393b19d22a4',
    ),
    (
        DRIFT.replace('"number"', '"integer"'),
        'b.toml, entry 1: "integer" is no JSON type; there are null, boolean, number, string, array, object',
    ),
    (ENTRY + 'type = "string"', 'b.toml, entry 1: "wrong-type" is no drift, and only drift has a type'),
    (ENTRY + ENTRY, "b.toml, entry 2: fingerprint f54dbda520b1 has an entry already"),
]


@pytest.fixture
def failing(phase, tallied):
    """Two findings, of which the first fails."""
    return tallied(phase("a::1", "wrong-type usage.total", "undocumented-field usage.cost")).findings


@pytest.mark.parametrize("text, entries", READABLE)
def test_a_baseline_is_read(text, entries):
    assert len(parse_baseline(text, "b.toml").entries) == entries


@pytest.mark.parametrize("text, message", BROKEN)
def test_a_baseline_that_cannot_be_meant_is_refused_in_words(text, message):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is asserted next
        parse_baseline(text, "b.toml")
    assert str(refused.value) == message


def test_what_people_wrote_is_read():
    (entry,) = parse_baseline(REASONED, "b.toml").entries.values()
    assert (entry.reason, entry.until) == ("ticket 7", date(2026, 12, 31))


def test_an_entry_holds_to_the_end_of_its_last_day():
    baseline, accepted = (
        parse_baseline(REASONED, "b.toml"),
        Finding("acme/chat", "wrong-type", "usage.total", "", "", ""),
    )
    assert baseline.knows(accepted, date(2026, 12, 31))
    assert not baseline.knows(accepted, date(2027, 1, 1))
    assert not baseline.knows(accepted._replace(path="usage.input"), TODAY)


ACCEPTED = {
    "number": (DRIFT, {"number"}),
    "number, by hand": (OF_ANY_TYPE + 'type = "number"', {"number"}),
    "any": (OF_ANY_TYPE, {"number", "object", ""}),
    "both": (DRIFT.replace("2026-11-01", "2026-11-01\nuntil = 2026-11-02") + OF_ANY_TYPE, {"object", ""}),
}


@pytest.mark.parametrize("text, types", ACCEPTED.values(), ids=ACCEPTED)
def test_drift_is_accepted_of_the_type_that_its_entry_names_or_of_any(text, types):
    baseline = parse_baseline(text, "b.toml")
    cost = Finding("acme/chat", "undocumented-field", "usage.cost", "", "", "")
    assert {name for name in ("number", "object", "") if baseline.knows(cost._replace(type=name), TODAY)} == types


def test_an_update_names_the_type_of_drift_and_leaves_alone_what_any_type_is_accepted_of(phase, tallied):
    failing = tallied(phase("a::1", "undocumented-field usage.cost", fail_on=("drift",))).findings
    (entry,) = parse_baseline("", "b.toml").with_new(failing, TODAY).entries.values()
    assert (entry.type, entry.fingerprint) == ("number", failing[0].fingerprint)
    accepting = parse_baseline(OF_ANY_TYPE, "b.toml")
    assert accepting.with_new(failing, TODAY) is accepting


def test_the_first_update_writes_what_fails_and_nothing_else(failing):
    (entry,) = parse_baseline("", "b.toml").with_new(failing, TODAY).entries.values()
    assert (entry.contract, entry.code, entry.path) == ("acme/chat", "wrong-type", "usage.total")
    assert (entry.fingerprint, entry.first_seen, entry.reason) == (failing[0].fingerprint, TODAY, "")


def test_an_update_keeps_every_byte_that_people_wrote(phase, tallied):
    by_hand = f"# ours\n\n{REASONED}\n\n"
    new = tallied(phase("a::1", "null-value usage.input")).findings
    updated = parse_baseline(by_hand, "b.toml").with_new(new, TODAY)
    assert updated.text.startswith(by_hand.rstrip("\n") + "\n\n[[accepted]]\n")
    assert [entry.code for entry in updated.entries.values()] == ["wrong-type", "null-value"]


def test_an_update_without_anything_new_changes_nothing(failing):
    baseline = parse_baseline(REASONED, "b.toml")
    assert baseline.with_new(failing, TODAY) is baseline


def test_an_update_does_not_prolong_what_has_expired(failing):
    baseline = parse_baseline(REASONED, "b.toml")
    assert baseline.with_new(failing, date(2027, 6, 1)) is baseline


def test_a_file_that_cannot_be_appended_to_is_refused(failing):
    with pytest.raises(ValueError, match=r"^the updated baseline is no TOML: "):
        parse_baseline("accepted = []\n", "b.toml").with_new(failing, TODAY)


def test_hostile_names_are_written_as_what_they_are(phase, tallied, hostile):
    paths = [f"wrong-type usage.{name}" for name in (hostile, "k" * 100_000, 'a"b\\c')]
    findings = tallied(phase("a::1", *paths)).findings
    text = parse_baseline("", "b.toml").with_new(findings, TODAY).text
    assert [entry["path"] for entry in tomllib.loads(text)["accepted"]] == [found.path for found in findings]


def test_a_baseline_that_is_not_there_is_refused_unless_it_is_to_be_made(tmp_path):
    path = tmp_path / "b.toml"
    with pytest.raises(
        ValueError, match=r"^baseline .*b\.toml does not exist; --usage-contract-update-baseline makes it from"
    ):
        read_baseline(path)
    assert read_baseline(path, may_be_new=True).entries == {}


def test_a_baseline_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"cannot be read: Is a directory$"):
        read_baseline(tmp_path)
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"b\.toml is not in UTF-8$"):
        read_baseline(tmp_path / "b.toml")


def test_a_baseline_is_read_from_its_file(tmp_path):
    written = REASONED.replace("\n", "\r\n")
    (tmp_path / "b.toml").write_text(written, newline="")
    assert read_baseline(tmp_path / "b.toml").text == written
