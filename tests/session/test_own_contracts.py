"""Contracts of a team's own are there whenever the plugin is loaded, for whatever names one, and asked once."""

import pytest

OK, FAILED, MISUSE = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR

USES = """
import pytest
import respx
from pytest_usage_contract import check_usage, strategies
from shop import *

NAMES = ["own/chat", "page/chat"]
KEPT = {"tokens_in": 1, "tokens_out": 2}
named = pytest.mark.parametrize("name", NAMES)

@named
def test_asserted(assert_usage, name):
    assert assert_usage({"usage": KEPT}, name).tokens_in == 1

@named
def test_checked(name):
    assert [found.code for found in check_usage({"usage": {"tokens_in": 1}}, name).findings] == ["missing-field"]

@named
def test_mocked(usage_mock, name):
    usage_mock(name)
    assert httpx.post(f"https://api.{name[:-5]}.example/v1/chat").json()["usage"]

@pytest.mark.usage_examples(*NAMES)
def test_marked(usage_example):
    assert str(usage_example.contract) in NAMES

@named
def test_snapshot(usage_snapshot, name):
    assert {"usage": KEPT} == usage_snapshot(contract=name)

@named
def test_strategy(name):
    assert strategies.usages(name) is not None

def test_captured(usage_exchanges):
    for host in ("own", "page"):
        respond(KEPT, url=f"https://api.{host}.example/v1/chat")
    assert [exchange.contract for exchange in usage_exchanges] == NAMES
"""
LINE = "docs/PageUsage.md = {name} POST {call}"
MINE = """
from dataclasses import replace
from pytest_usage_contract import find_contract

def pytest_usage_contracts():
    with open("asked", "a") as asked:
        asked.write("x")
    return replace(find_contract("atoma/completions"), name="{name}")
"""


@pytest.mark.parametrize("flags", [[], ["--usage-contract"]], ids=["off", "on"])
def test_whatever_names_a_contract_knows_a_teams_own_with_the_flag_and_without(run, pytester, flags):
    (pytester.path / "own" / "test_uses.py").write_text(USES)
    ran = run("-p", "syrupy", "-W", "ignore::UserWarning", "--snapshot-update", *flags, "own/test_uses.py")
    assert (ran.code, {*ran.outcomes.values()}) == (OK, {"passed"})
    assert len([test for test in ran.outcomes if test.startswith("test_marked")]) > 2


def test_a_document_is_read_when_a_contract_is_looked_up_and_not_before(run, pytester):
    pytester.makepyfile(
        test_it="""
        def test_nothing(): pass
        def test_looked_up(usage_mock): usage_mock("openrouter")
        """
    )
    ran = run("test_it.py", "-o", "usage_contract_documents=docs/Missing.md = own/chat POST api.own.example/v1/chat")
    assert ran.outcomes == {"test_nothing": "passed", "test_looked_up": "failed"}
    assert "usage_contract_documents: " in ran.failure("test_looked_up").longreprtext


def test_a_hook_is_asked_once_whoever_shares_it_and_may_extend_a_built_in_contract(judge, pytester):
    pytester.makepyfile(mine=MINE.format(name="mine/completions"))
    pytester.makeconftest("from mine import pytest_usage_contracts")
    (pytester.path / "own" / "sub").mkdir()
    (pytester.path / "own" / "sub" / "conftest.py").write_text("from mine import pytest_usage_contracts\n")
    (pytester.path / "own" / "sub" / "test_sub.py").write_text("def test_sub(assert_usage): pass\n")
    ran = judge("own", "--usage-contract-require=mine", "-k", "sub")
    assert ran.report["reasons"] == ["a contract of mine is required, and none was exercised"]
    assert (pytester.path / "asked").read_text() == "x"


def test_a_hook_may_bring_nothing_and_a_wrapper_around_it_is_none(judge, pytester):
    pytester.makeconftest(
        """
        import pytest
        def pytest_usage_contracts(): pass
        class Wrapper:
            @pytest.hookimpl(wrapper=True)
            def pytest_usage_contracts(self): return (yield)
        def pytest_configure(config): config.pluginmanager.register(Wrapper())
        """
    )
    assert judge("test_usages.py::test_kept").code == OK


@pytest.mark.parametrize("flags", [[], ["--usage-contract"]], ids=["off", "on"])
def test_two_contracts_of_one_name_are_a_misuse(run, pytester, flags):
    pytester.makeconftest(MINE.format(name="page/chat"))
    pytester.makepyfile(test_it='import pytest\n@pytest.mark.usage_examples("openrouter")\ndef test_it(): pass')
    ran = run("test_it.py", *flags)
    assert ran.code == MISUSE
    (line,) = [line for line in ran.errors if line.startswith("ERROR: ")]
    assert "two contracts are named page/chat, of PageUsage and of Usage of atoma-sdk" in line


def test_the_header_says_what_replaces_or_precedes_a_built_in_contract_also_from_further_down(judge, pytester):
    pytester.makeconftest(MINE.format(name="mine/completions"))
    own = (pytester.path / "own" / "conftest.py").read_text()
    (pytester.path / "own" / "conftest.py").write_text(own.replace("own/chat", "orq/deployments_invoke"))
    told = [line for line in judge("-k", "test_own").lines if line.startswith("usage-contract: ")]
    assert told[1:] == [
        "usage-contract: mine/completions precedes atoma/completions at POST api.atoma.network/v1/completions",
        "usage-contract: orq/deployments_invoke replaces the built-in one",
    ]
    assert judge("test_usages.py", "-o", "usage_contract_documents=").lines.count(told[1]) == 1


SOURCES = {
    "a document": (LINE.format(name="mine/responses", call="openrouter.ai/api/alpha/responses"), ""),
    "a document for a template": (LINE.format(name="mine/responses", call="openrouter.ai/{any}/alpha/responses"), ""),
    "a hook": ("", MINE.format(name="mine/responses").replace("atoma/completions", "openrouter/alpha_responses")),
}


@pytest.mark.parametrize("line, conftest", SOURCES.values(), ids=SOURCES)
def test_at_a_call_that_both_cover_a_teams_own_contract_judges(judge, pytester, line, conftest):
    pytester.makeconftest(conftest)
    pytester.makepyfile(
        test_it="""
        from shop import *
        def test_it(usage_exchanges):
            respond({"tokens_in": 1})
            assert [exchange.contract for exchange in usage_exchanges] == ["mine/responses"]
        """
    )
    ran = judge("test_it.py", "-o", f"usage_contract_documents={line}", "--usage-contract-fail-on=none")
    assert ran.outcomes == {"test_it": "passed"}
    assert {finding["contract"] for finding in ran.report["findings"]} == {"mine/responses"}
