"""What was judged is remembered, whatever happens to the files and to the audit, and only what is new is judged."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial

import fsspec
import pytest
from recorded import BROKEN, DRIFTED, URL, entry, write_har, write_lines
from toy import KEPT

from pytest_usage_contract.audit import check_command, state as states
from pytest_usage_contract.audit.check_command import judge_all
from pytest_usage_contract.audit.jobs import judge_parts
from pytest_usage_contract.audit.plan import Plan
from pytest_usage_contract.audit.state import open_state

PLAN = Plan(url=URL)
LINE = json.dumps({"usage": BROKEN}) + "\n"


@pytest.fixture
def audit(tmp_path, monkeypatch):
    """Judges the folder of logs with a state, or without: how many exchanges are new, and all that was found."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()

    def audit(state="state.db", size=100, plan=PLAN):
        done = judge_all(["logs"], plan, partial(judge_parts, plan=plan), state=state and tmp_path / state, size=size)
        done.found.lines = {}  # how a file was cut is not what was found in it
        return (
            done.new,
            [[finding.count, places(done.found, finding)] for finding in sort(done.found)],
            done.found.judged,
        )

    return audit


def sort(found):
    return [found.always.findings[name] for name in sorted(found.always.findings)]


def places(found, offence):
    return [place.location for place in offence.places]


@pytest.fixture
def logs(tmp_path, audit):
    return tmp_path / "logs"


def test_only_what_is_new_is_judged_and_everything_is_told(audit, logs):
    write_lines(logs, KEPT, BROKEN, DRIFTED)
    write_har(logs, entry(URL, KEPT), entry(URL, BROKEN))
    first = audit()
    assert (first[0], first) == (5, (5, *audit(state=None)[1:]))
    assert audit() == (0, *first[1:])
    write_lines(logs, BROKEN, name="later.jsonl")
    assert audit() == (1, *audit(state=None)[1:])


@pytest.mark.parametrize("size", [1, 100, 10**6])
def test_a_file_that_grows_is_judged_from_its_last_whole_line_on(audit, logs, report_of, size, monkeypatch):
    monkeypatch.setattr(states, "_PIECE", 16)
    path = write_lines(logs, KEPT, BROKEN)
    audit(size=size)
    with path.open("a") as file:
        file.write(LINE[:40])
    assert audit(size=size)[0] == 0  # half a line is no exchange
    with path.open("a") as file:
        file.write(LINE[40:] + "\n\n" + LINE + LINE[:-1])
    assert audit(size=size) == (3, *audit(state=None)[1:])
    with path.open("a") as file:
        file.write("\n" + LINE)
    # The one that had no end yet is judged again, and counted once.
    assert audit(size=size) == (2, *audit(state=None)[1:])
    whole, held = (report_of("logs", "--url", URL, *state) for state in ([], ["--state=state.db"]))
    assert held == whole
    assert [place.rpartition("/")[2] for place in held["findings"][0]["places"]] == [
        "bodies.jsonl:2",
        "bodies.jsonl:3",
        "bodies.jsonl:6",
        "bodies.jsonl:7",
        "bodies.jsonl:8",
    ]


def test_a_file_without_the_end_of_a_line_is_one_that_has_none_yet(audit, logs):
    (logs / "one.jsonl").write_text(LINE[:-1])
    assert audit()[0] == 1
    (logs / "one.jsonl").write_text(LINE * 2)
    assert audit() == (2, *audit(state=None)[1:])


def test_a_file_that_was_written_anew_and_is_longer_now_is_judged_anew(audit, logs):
    same = json.dumps({"prompt": "p" * 2000, "usage": KEPT})
    (logs / "a.jsonl").write_text(f"{same}\n{LINE}")
    audit()
    (logs / "a.jsonl").write_text(f"{same}\n" * 5)
    assert audit() == (5, [], 5)


def test_a_path_that_is_no_text_is_remembered(audit, logs):
    (logs / os.fsdecode(b"\xff.jsonl")).write_text(f"{LINE}broken\n")
    first = audit()
    assert first[1] == [[1, ["logs/\udcff.jsonl"]]]
    assert audit() == (0, *first[1:])


def test_a_packed_file_that_grows_is_judged_anew(audit, logs):
    (logs / "bodies.jsonl.gz").write_bytes(gzip.compress(LINE.encode()))
    assert audit()[0] == 1
    with (logs / "bodies.jsonl.gz").open("ab") as file:
        file.write(gzip.compress(LINE.encode()))
    assert audit() == (2, *audit(state=None)[1:])


@pytest.mark.parametrize("how", ["in place", "by another", "by a longer one that begins otherwise"])
def test_a_file_that_was_replaced_is_judged_in_place_of_what_it_was(audit, logs, how):
    path = write_lines(logs, BROKEN, BROKEN, BROKEN)
    audit()
    if how == "by another":
        write_lines(logs.parent, KEPT).replace(path)
    else:
        write_lines(logs, *[KEPT] * (1 if how == "in place" else 9))
        os.utime(path, ns=(0, time.time_ns() + 10**9))
    assert audit() == (9 if how.startswith("by a longer") else 1, *audit(state=None)[1:])


@pytest.mark.parametrize("name", ["app.1.jsonl", "older.jsonl"])  # before the new one in the order of names, or after
def test_a_file_that_moved_is_not_judged_again_and_told_where_it_is_now(audit, logs, name):
    path = write_lines(logs, BROKEN, name="app.jsonl")
    audit()
    path.rename(logs / name)
    write_lines(logs, KEPT, BROKEN, name="app.jsonl")
    assert audit() == (2, *audit(state=None)[1:])


def test_a_file_that_is_gone_stays_in_the_report(audit, logs):
    path = write_lines(logs, BROKEN)
    write_lines(logs, KEPT, name="other.jsonl")
    before = audit()
    path.unlink()
    assert audit() == (0, *before[1:])


def test_a_file_that_could_not_be_read_is_tried_again(check, logs, monkeypatch):
    write_lines(logs, KEPT)
    options = ["logs", "--url", URL, "--state", "state.db"]

    def fail(found, *_):
        yield check_command.Unread(found.location, "cannot be read: it is night")

    with monkeypatch.context() as patch:
        patch.setattr("pytest_usage_contract.audit.judge_part.read_input", fail)
        assert "cannot be read: it is night" in check(*options)[1]
    assert check(*options)[1].endswith("1 of 1 exchange in state.db are new\n")


def test_what_is_remembered_depends_on_no_policy(report_of, logs):
    write_har(logs, entry(URL, DRIFTED), entry(URL))
    told = ["logs", "--state", "state.db"]
    assert report_of(*told)["outcome"] == "passed"
    for options in (["--fail-on=drift"], ["--demand=toy"], ["--fail-on=all", "--ignore=undocumented-field"]):
        assert report_of(*told, *options) == report_of("logs", *options)


def test_files_behind_a_url_are_remembered_by_what_tells_them_from_others(tmp_path):
    memory = fsspec.filesystem("memory")
    memory.pipe("/audit/a.jsonl", LINE.encode() * 3)
    judge = lambda: judge_all(  # noqa: E731
        ["memory://audit/a.jsonl"], PLAN, partial(judge_parts, plan=PLAN), state=tmp_path / "state.db", size=100
    )
    assert [judge().new, judge().new] == [3, 0]
    memory.pipe("/audit/a.jsonl", LINE.encode())
    again = judge()
    assert (again.new, again.found.judged) == (1, 1)
    memory.rm("/audit", recursive=True)


REFUSED = {
    "another plan": ("url", "holds what was judged by another version, or by other contracts, URLs or pointers"),
    "a damaged part": ("part", "is damaged; remove it to judge everything anew"),
    "no state": ("text", "is no state of an audit"),
    "another's": ("other", "is no state of an audit"),
    "no file": ("folder", "cannot be used: unable to open database file"),
    "a pipe": ("pipe", "cannot be known again by a state"),
}


@pytest.mark.parametrize("what, why", REFUSED.values(), ids=REFUSED)
def test_a_state_that_is_none_of_this_audit_is_refused(check, logs, what, why):
    write_lines(logs, KEPT)
    path = logs.parent / "state.db"
    if what == "url":
        check("logs", "--contract=toy", "--state=state.db")
    elif what == "part":
        check("logs", "--url", URL, "--state=state.db")
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("UPDATE parts SET found = x'00ff'")
    elif what == "text":
        path.write_text("nothing of a database" * 100)
    elif what == "other":
        with closing(sqlite3.connect(path)) as file:
            file.execute("CREATE TABLE others (x)")
    elif what == "folder":
        path.mkdir()
    else:
        os.mkfifo(logs / "pipe")
    status, out, err = check("logs/pipe" if what == "pipe" else "logs", "--url", URL, "--state=state.db")
    assert (status, out, err.count("\n"), why in err) == (2, "", 1, True)


def test_a_sample_is_not_remembered(check):
    assert check(".", "--sample=2", "--state=state.db")[0] == 2


def test_of_two_audits_on_one_state_the_second_says_so(check, logs, monkeypatch):
    monkeypatch.setattr(states, "WAIT", 0.1)
    write_lines(logs, KEPT)
    with open_state(logs.parent / "state.db", PLAN):
        assert check("logs", "--url", URL, "--state=state.db")[2] == (
            "usage-contract check: 'state.db' is in use by another audit\n"
        )
    assert check("logs", "--url", URL, "--state=state.db")[0] == 0


@pytest.mark.slow
def test_an_audit_that_is_killed_at_any_moment_goes_on(tmp_path):
    (tmp_path / "logs").mkdir()
    usages = [{"prompt_tokens": number, "completion_tokens": 1, "total_tokens": "x"} for number in range(30)]
    for number in range(60):
        write_lines(tmp_path / "logs", *usages, name=f"{number}.jsonl")
    command = [sys.executable, "-m", "pytest_usage_contract", "check", "logs", "--contract", "openai/chat_completions"]
    check = lambda *more: subprocess.run(  # noqa: E731, PLW1510 - its status is looked at
        [*command, *more], cwd=tmp_path, capture_output=True, text=True
    )
    check("--report", "whole.json")
    files, killed, grown = [tmp_path / "state.db", tmp_path / "state.db-wal"], 0, 0
    size = lambda: sum(path.stat().st_size for path in files if path.exists())  # noqa: E731
    while killed < 10:
        audit = subprocess.Popen([*command, "--state", "state.db"], cwd=tmp_path, stdout=subprocess.DEVNULL)
        before = size()
        while audit.poll() is None and size() - before <= grown:
            time.sleep(0.001)
        assert audit.poll() is None, "it came to its end before it was killed"
        audit.send_signal(signal.SIGKILL)
        audit.wait()
        killed, grown = killed + 1, killed % 4 * 5000
    done = check("--state", "state.db", "--report", "resumed.json")
    assert done.returncode == 1
    assert (tmp_path / "resumed.json").read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert not done.stdout.endswith("1800 of 1800 exchanges in state.db are new\n")
