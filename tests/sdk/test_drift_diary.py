"""The built-in contracts against the classes of the SDKs of today, and the entry of the diary that tells of them."""

from dataclasses import replace
from datetime import date
from importlib.metadata import version

import drift_diary
import pytest
from drift_diary import CLASSES, CLASSLESS, FURTHER, MORE, Difference, hold, read_sdks, write_entry

from pytest_usage_contract import Divergence, contracts, find_contract


def test_every_contract_is_held_against_a_class_or_says_why_not():
    assert sorted([*CLASSES, *CLASSLESS]) == sorted(contract.name for contract in contracts())


@pytest.mark.parametrize("name, document", CLASSES.items())
def test_a_contract_declares_each_difference_to_its_class_and_no_other(name, document):
    assert [one for one in hold(find_contract(name), document).differences if one.state != "declared"] == []


@pytest.mark.parametrize("name, document", FURTHER)
def test_a_further_class_has_nothing_that_the_contract_has_not(name, document):
    assert [one for one in hold(find_contract(name), document).differences if one.rule in MORE] == []


RESPONSES = replace(
    find_contract("openai/responses"),
    divergences=(Divergence(path="usage.output_tokens", why="it was so", source="nowhere"),),
)


def test_what_is_undeclared_or_declared_in_vain_is_told():
    held = hold(RESPONSES, CLASSES[RESPONSES.name])

    assert held[:2] == ("openai", version("openai"))
    assert [one[:5] for one in held.differences] == [
        (
            "undeclared",
            "safe",
            "field-became-required",
            RESPONSES.name,
            "usage.input_tokens_details.cache_write_tokens",
        ),
        ("stale", "note", "no-difference", RESPONSES.name, "usage.output_tokens"),
    ]


@pytest.mark.parametrize("document", ["openai.types:Gone", "openai.gone:Usage"])
def test_a_class_that_is_gone_breaks(document):
    held = hold(RESPONSES, document)

    assert held.package == "openai"
    assert [one[:3] for one in held.differences] == [("undeclared", "breaking", "class-unreadable")]


def test_the_entry_begins_with_what_is_undeclared():
    rows = [
        Difference("declared", "breaking", "field-removed", "a/b", "usage.x", "documented no longer"),
        Difference("undeclared", "drift", "field-added", "a/chat", "usage.y", "documented, was not"),
    ]
    held = [drift_diary.Held("zeta", "1", ()), *(drift_diary.Held("acme", "2.0", (row,)) for row in rows)]

    assert write_entry(date(2026, 11, 28), held) == (
        "## 2026-11-28\n\n### acme 2.0\n\nClasses: 2; differences: 1 undeclared, 1 declared.\n\n```text\n"
        "undeclared  drift     field-added    a/chat  usage.y  documented, was not\n"
        "declared    breaking  field-removed  a/b     usage.x  documented no longer\n```\n\n"
        "### zeta 1\n\nClasses: 1; differences: none."
    )


def test_an_sdk_without_a_class_is_named_with_its_version():
    entry = write_entry(date(2026, 11, 28), [hold(RESPONSES, CLASSES[RESPONSES.name])], read_sdks())

    assert f"### ollama {version('ollama')}\n\nNo class to hold a contract against." in entry
    assert entry.count("### openai ") == 1


@pytest.mark.parametrize(
    "document, fails",
    [("openai.types.responses:ResponseUsage", False), ("openai.types:CompletionUsage", True)],
)
def test_it_fails_where_something_undeclared_breaks(monkeypatch, capsys, document, fails):
    monkeypatch.setattr(drift_diary, "CLASSES", {"openai/responses": document})
    monkeypatch.setattr(drift_diary, "FURTHER", (("openai/responses", "openai.types.beta:BetaResponseUsage"),))

    assert drift_diary.main() is fails
    assert f"### openai {version('openai')}\n\nClasses: 2;" in capsys.readouterr().out
