"""The page on who books what is made of the record of a run, and each deviation on it is explained."""

import bookkeeping_page
import pytest
from booking_cases import CASES

from pytest_usage_contract import check_usage


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
