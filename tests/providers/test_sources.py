"""The project that brings contracts: the innermost of those that are run, asked when a contract is looked up."""

import pytest
from toy import TOY

from pytest_usage_contract.providers.registry import contracts, entries, find_contract
from pytest_usage_contract.providers.sources import add_source


def test_a_source_is_asked_when_a_contract_is_looked_up_and_once_for_all_that_follow():
    asked = []
    undo = add_source(lambda: asked.append(1) or [TOY])
    assert asked == []
    assert find_contract("toy") is find_contract("toy/chat") is TOY
    assert asked == [1]
    undo()
    assert TOY not in contracts()


def test_of_projects_within_projects_the_innermost_is_asked():
    before = entries()
    outer = add_source(lambda: [TOY])
    inner = add_source(tuple)
    assert entries() == before
    inner()
    assert find_contract("toy") is TOY
    outer()
    assert entries() == before


def test_what_a_source_raises_is_raised_at_each_look_up_and_never_again_when_it_is_gone():
    def fail():
        raise ValueError("no such document")

    undo = add_source(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match="no such document"):
            find_contract("openrouter")
    undo()
    assert find_contract("openrouter")
