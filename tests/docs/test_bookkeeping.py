"""The page on who books what is made of the record of a run, and each deviation on it is explained."""

import bookkeeping_page
import pytest
from booking_cases import CASES

from pytest_usage_contract import UsageContractError, assert_booked, check_usage


def test_the_page_is_what_the_record_and_the_notes_amount_to():
    assert bookkeeping_page.PAGE.read_text(encoding="utf-8") == bookkeeping_page.write_page(), (
        "run `python tests/kit/bookkeeping_page.py`"
    )


def test_what_is_recorded_was_booked_of_the_cases_that_there_are():
    known = {(case.contract, case.name) for case in CASES}
    recorded = {
        (contract, case)
        for entry in bookkeeping_page.RECORD.values()
        for contract, rows in entry["booked"].items()
        for case in rows
    }

    assert recorded == known


def test_no_helper_of_the_run_is_hidden_by_one_of_all_tests():
    booking, kit = bookkeeping_page.TESTS / "booking", bookkeeping_page.TESTS / "kit"

    assert {path.name for path in booking.glob("*.py")}.isdisjoint(path.name for path in kit.glob("*.py"))


SPANS = [
    (package, booking)
    for package, entry in bookkeeping_page.RECORD.items()
    for contract in entry["booked"]
    for booking in bookkeeping_page.read_bookings(package, contract)
    if any(name.startswith(("gen_ai.usage.", "llm.token_count.")) for name in booking.row)
]


@pytest.mark.parametrize(
    "package, booking", SPANS, ids=lambda one: one if isinstance(one, str) else f"{one.case.contract} {one.case.name}"
)
def test_the_words_of_spans_find_what_those_of_the_package_find_and_a_wrong_total(package, booking):
    found = ()
    try:
        assert_booked(booking.row, booking.case.answer, booking.case.contract)
    except UsageContractError as failure:
        found = failure.verdicts[0].findings

    assert tuple(finding for finding in found if not finding.path.endswith("total_tokens")) == booking.findings


def test_each_note_explains_a_deviation():
    explained = [(note["package"], note["contract"]) for note in bookkeeping_page.NOTES]

    assert sorted(explained) == sorted(bookkeeping_page.list_deviations())


def test_a_deviation_without_a_note_is_not_published():
    with pytest.raises(LookupError, match="0 notes in tests/booking/notes.toml on logfire and openai/responses"):
        bookkeeping_page.find_note("logfire", "openai/responses")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.contract} {case.name}")
def test_an_answer_that_is_booked_keeps_its_contract_and_says_what_its_usage_says(case):
    verdicts = [check_usage(content, case.contract) for content in (case.answer, case.body)]

    assert [verdict.findings for verdict in verdicts] == [(), ()]
    assert verdicts[0].tokens == verdicts[1].tokens
