import json
from importlib import import_module

import pytest

from pytest_usage_contract import reports
from pytest_usage_contract.reports import check_writable, write_report, write_whole
from pytest_usage_contract.reports.report import Report

WRONG = [
    ("r.pdf", "'.pdf' is no suffix of a report; there are .json, .md, .html, .sarif"),
    ("report", "a report needs a suffix; there are .json, .md, .html, .sarif"),
    ("none/r.json", "make it first"),
    ("folder.json", "is no file; name one that may be written"),
    ("x" * 250 + ".json", "cannot be written: File name too long"),
]


@pytest.mark.parametrize("suffix", reports.FORMS)
def test_a_report_is_written_in_the_form_of_its_suffix(tmp_path, suffix):
    path = tmp_path / f"r{suffix}"
    check_writable(path)
    assert [*tmp_path.iterdir()] == []
    write_report(Report(), path)
    module, function = reports.FORMS[suffix]
    assert path.read_text() == getattr(import_module(f"{reports.__name__}.{module}"), function)(Report())
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name, message", WRONG)
def test_a_path_that_no_report_can_be_written_to_is_refused_before_the_run(tmp_path, name, message):
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is asserted next
        check_writable(tmp_path / name)
    assert message in str(refused.value)


def test_a_report_that_was_there_is_replaced(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("old")
    check_writable(path)
    assert path.read_text() == "old"
    write_report(Report(), path)
    assert json.loads(path.read_text())["outcome"] == "passed"


def test_a_write_that_breaks_off_leaves_what_was_there(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("r.json", "old")]
