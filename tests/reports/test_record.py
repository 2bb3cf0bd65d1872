"""One record of what a phase saw: made plain where it leaves a process, read again where it arrives."""

import json

import pytest

from pytest_usage_contract.reports.phase import Phase
from pytest_usage_contract.reports.report import UnmatchedCall
from pytest_usage_contract.reports.tally import dump_phase, load_phase


@pytest.fixture
def phases(phase, hostile):
    call = UnmatchedCall(method="POST", host="api.acme.test", path="/x", count=2)
    return [
        phase("a::1", "wrong-type usage.total", f"undocumented-field usage.x{len(hostile)}", nulls=["usage.input"]),
        phase("b::1", "not-json usage", usage=None, ignored="xfail", mocked=True),
        Phase(test="c::1", begins=True),
        Phase(other_statuses=1, abandoned=2, unmatched=(call,), errors=("ValueError: x",)),
        Phase(),
    ]


def test_what_is_made_plain_and_read_back_is_the_same(phases):
    for seen in phases:
        assert load_phase(json.loads(json.dumps(dump_phase(seen)))) == seen


def test_what_is_no_phase_is_refused():
    with pytest.raises(ValueError, match="exchanges"):
        load_phase({"test": "a::1", "exchanges": 5})
