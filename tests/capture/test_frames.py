"""How many Python frames of ours a plain call runs between `send` and its return, judging not counted."""

import sys
from pathlib import Path

import httpx
import httpx2
import pytest
import respx

import pytest_usage_contract
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.session.run import Run
from pytest_usage_contract.session.settings import Settings

OURS = str(Path(pytest_usage_contract.__file__).parent)
COVERED, UNCOVERED = "https://openrouter.ai/api/v1/responses", "https://elsewhere.test/api/v1/responses"
MOST = {COVERED: 6, UNCOVERED: 3}
USAGE = {
    "input_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 45,
    "output_tokens_details": {"reasoning_tokens": 32},
    "total_tokens": 165,
}
SETTINGS = Settings(active=True, policy=Policy())


class Item:
    """As much of a test as a run asks for."""

    nodeid = "test_it.py::test_it"

    def get_closest_marker(self, name):
        return None

    def iter_markers(self, name):
        return ()


@pytest.fixture
def run():
    run = Run(SETTINGS)
    run.begin(Item())
    run.start()
    with run.call():
        yield run
    run.stop()
    run.end()
    assert run.troubles == []


def is_ours(code):  # pragma: no cover - what a profile function calls is not traced
    return code.co_filename.startswith(OURS)


def frames(call):
    """Return the names of our functions that *call* runs, and of those without a file that they call."""
    names = []

    def note(frame, event, _):  # pragma: no cover - the same
        code, caller = frame.f_code, frame.f_back
        made = code.co_filename == "<string>" and caller is not None and is_ours(caller.f_code)  # a named tuple's
        if event == "call" and (is_ours(code) or made):
            names.append(code.co_name)

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return names


def by_respx(url):
    with respx.mock(assert_all_called=False) as router:
        router.post(url).respond(json={"usage": USAGE})
        with httpx.Client() as client:
            yield lambda: client.post(url)


def by_transport(lib):
    def calls(url):
        transport = lib.MockTransport(lambda request: lib.Response(200, json={"usage": USAGE}))
        with lib.Client(transport=transport) as client:
            yield lambda: client.post(url)

    return calls


MOCKS = {"respx": by_respx, "httpx": by_transport(httpx), "httpx2": by_transport(httpx2)}


@pytest.mark.parametrize("url", MOST, ids=["covered", "uncovered"])
@pytest.mark.parametrize("calls", MOCKS.values(), ids=MOCKS)
def test_a_call_runs_few_frames_of_ours(run, calls, url):
    before = sys.getprofile()
    for call in calls(url):
        call()  # the first asks which hosts have contracts
        ran = frames(call)
    sys.setprofile(before)
    assert len(ran) <= MOST[url], ran
    assert [exchange.verdict.kept for exchange in run.current.captured] == [True, True] * (url == COVERED)
