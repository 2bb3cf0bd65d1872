"""The findings and reasons that become annotations, and their files; their text is stored in `test_forms`."""

import re

import pytest

from pytest_usage_contract.reports.annotations import format_annotations


@pytest.fixture
def shown():
    """Gives level, file and line, and first words of each annotation of a report."""

    def make(report, **settings):
        pattern = r"::(\w+) file=(.*),title=usage contract::(\S+ \S+?)(?::.*| .*)"
        return [re.fullmatch(pattern, told).groups("") for told in format_annotations(report, **settings)]

    return make


def test_what_the_failed_tests_show_is_left_out_on_request(varied, shown):
    everything, rest = shown(varied), shown(varied, failures=False)
    assert [told for told in everything if told not in rest] == [
        ("error", "tests/test_bill.py,line=8", "missing-field usage.details.cached"),
        ("error", "tests/test_chat.py,line=1", "null-value usage.input"),
    ]
    assert rest == everything[2:]


def test_what_fails_outside_any_test_is_annotated_in_any_case(phase, tallied, shown):
    report = tallied(phase("", "wrong-type usage.total"), configuration="tox.ini", require=("acme/images",))
    assert shown(report, failures=False, root="chat") == [
        ("error", "chat/tox.ini,line=1", "wrong-type usage.total"),
        ("error", "chat/tox.ini,line=1", "acme/images is"),
    ]
    assert shown(tallied(phase("", "wrong-type usage")))[0][1] == "pyproject.toml,line=1"


def test_files_are_named_from_the_root_of_the_repository(phase, tallied, shown):
    report = tallied(phase("tests/test_a.py::test", "undocumented-field usage.cost", place="tests/test_a.py:41"))
    (warning,) = shown(report, root="services/chat")
    assert warning == ("warning", "services/chat/tests/test_a.py,line=41", "undocumented-field usage.cost")


def test_a_run_without_findings_has_no_annotations(phase, tallied, shown):
    assert shown(tallied(phase("a::1"))) == []
