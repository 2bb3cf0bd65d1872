"""Parts are judged in several processes: none is lost, and one that kills its process is named."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context

import pytest
from recorded import BROKEN, URL, write_lines
from toy import KEPT

from pytest_usage_contract.audit import jobs
from pytest_usage_contract.audit.inputs import Input, find_inputs
from pytest_usage_contract.audit.jobs import DIED, judge_parts
from pytest_usage_contract.audit.judge_part import judge_part
from pytest_usage_contract.audit.partial import dump_partial, merge_partials
from pytest_usage_contract.audit.plan import Part, Plan, split

PLAN = Plan(url=URL)


INTERRUPTIBLE = """\
import signal, sys
from pytest_usage_contract.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it, and theirs
sys.exit(main())
"""


class Poison(Input):
    """An input that kills the process that it comes to."""

    def __reduce__(self):
        return os._exit, (9,)


@pytest.fixture
def parts(tmp_path):
    (found,) = find_inputs([str(write_lines(tmp_path, *[KEPT, BROKEN] * 50))])
    return [*split(found, 1000)]


@pytest.mark.slow
def test_several_processes_find_what_one_finds(parts):
    one, two = (
        {part: dump_partial(partial) for (part,), partial in judge_parts(parts, PLAN, number)} for number in (1, 2)
    )
    assert [*one] == parts
    assert two == one


@pytest.mark.slow
def test_a_pipe_is_read_whoever_judges_the_rest(parts, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(f"{json.dumps({'usage': KEPT})}\n" * 3,))
    writer.start()
    judged = judge_parts([*parts, Part(Input(str(tmp_path / "pipe")))], PLAN, 2)
    assert merge_partials(partial for _, partial in judged).judged == 103
    writer.join()


@pytest.mark.slow
def test_the_standard_input_is_read_whoever_judges_the_rest(parts):
    line = json.dumps({"url": URL, "usage": KEPT}) + "\n"
    command = [sys.executable, "-m", "pytest_usage_contract", "check", "-", "--contract", "openai/chat_completions"]
    one, two = (
        subprocess.run([*command, "--jobs", jobs], input=line * 3, capture_output=True, text=True, check=False)
        for jobs in ("1", "2")
    )
    assert "3 checked" in one.stdout
    assert two.stdout == one.stdout


@pytest.mark.slow
def test_a_part_that_kills_its_process_is_named_and_the_others_are_judged(parts):
    poisoned = Part(Poison("poisoned.jsonl", identity="1"))
    judged = [*judge_parts([*parts[:3], poisoned, *parts[3:], poisoned], PLAN, 2)]
    merged = merge_partials(partial for _, partial in judged)
    assert sorted(part.start for (part,), _ in judged if part is not poisoned) == [part.start for part in parts]
    assert merged.judged == 100
    assert [(place.location, why) for place, why in merged.unread.first] == [("poisoned.jsonl", DIED)] * 2


@pytest.mark.slow
def test_who_stops_listening_leaves_no_process_behind(parts):
    other = get_context("spawn").Process(target=time.sleep, args=(60,))
    other.start()
    judged = judge_parts(parts * 20, PLAN, 2)
    (part,), partial = next(judged)
    assert dump_partial(partial) == dump_partial(judge_part(part, PLAN))
    judged.close()
    # The pool has a thread that waits for the same processes: for a moment nobody may know that one has ended.
    deadline = time.monotonic() + 30
    while active_children() != [other] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert active_children() == [other]
    other.kill()
    other.join()


@pytest.mark.slow
def test_a_pool_that_is_broken_already_refuses_a_part_as_one_that_breaks_over_it(parts):
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(os._exit, 9).exception()
        refused = jobs._Crew(iter(()), PLAN, 1)._submit(pool, parts[0])
    assert isinstance(refused.exception(), BrokenProcessPool)


@pytest.mark.slow
def test_an_interrupt_ends_it_while_a_process_reads(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-c", INTERRUPTIBLE, "check", "pipe", "--contract", "orq", "--jobs", "2"]
    audit = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    writer = open_for_writing(tmp_path / "pipe")
    audit.send_signal(signal.SIGINT)
    out, err = audit.communicate(timeout=60)
    os.close(writer)
    assert (audit.returncode, err) == (2, "usage-contract check: nothing was judged of pipe\n")
    assert "failed: the run was interrupted, so that not everything was judged: 1 of 1 part\n" in out


def open_for_writing(pipe):
    """Opens a pipe as soon as somebody reads it."""
    started = time.monotonic()
    while True:
        assert time.monotonic() - started < 60
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.05)
