"""What cannot be obeyed ends the run before any test, with status 4 and one line that names it."""

import pytest

CONFTEST = """
from dataclasses import replace
from pytest_usage_contract import Usage, find_contract

def pytest_usage_contracts():
    return {brought}
"""
OPTIONS = [
    (["--usage-contract-require=openroter"], "'openroter'"),
    (["--usage-contract-fail-on=schemas"], "'schemas'"),
    (["--usage-contract-min-coverage=many"], "'many' is no percentage of fields; give a number from 0 to 100"),
    (["--usage-contract-min-coverage=101"], "'101'"),
    (["--usage-contract-report=report.pdf"], "report.pdf"),
    (["--usage-contract-report=nowhere/report.json"], "nowhere"),
    (["--usage-contract-baseline=missing.toml"], "missing.toml"),
    (["--usage-contract-update-baseline"], "--usage-contract-update-baseline needs --usage-contract-baseline"),
    (["-o", "usage_contract_urls=nonsense"], "'nonsense'"),
    (["-o", "usage_contract_urls=http://127.0.0.1 = nobody"], "'nobody'"),
    (["-o", "usage_contract_documents=docs/Usage.md"], "docs/Usage.md"),
    (["-o", "usage_contract_documents=contracts/gone.json"], "gone.json"),
    (["-o", "usage_contract_documents=docs/Usage.md = own/chat POST api.own.example/v1/chat"], "docs/Usage.md"),
]
MARKERS = [
    ("fail_on='schemas'", "'schemas'"),
    (
        "ignore=['cost']",
        "'cost' ignores nothing: no code is called 'cost'",
    ),
    ("ignore=['undocumented-feild usage.cost']", "did you mean 'undocumented-field'?"),
    ("ignore=['no-usage in openruoter']", "no contract is called 'openruoter', did you mean 'openrouter'?"),
    ("ignore=3", "ignore is 3; it is a list of lines, such as 'undocumented-field usage.cost'"),
    ("fail_on=None", "None: not kinds of finding"),
    ("demand='openrouter'", "demand is 'openrouter'; it is True or False"),
    ("enabled='no'", "enabled is 'no'; it is True or False"),
    ("failon='drift'", "it does not take failon; it takes fail_on, ignore, demand, enabled"),
    ("'drift'", "it does not take 'drift'; it takes fail_on, ignore, demand, enabled"),
]
CONTRACTS = [
    ("3", "3 is neither a Contract nor a list of them"),
    ("[3]", "3 is not a Contract"),
    ("find_contract", "is neither a Contract nor a list of them"),
    ("[find_contract('nobody')]", "'nobody'"),
    ("nobody", "NameError: name 'nobody' is not defined"),
    ("[replace(find_contract('atoma/completions'), usage=dict)]", "usage is <class 'dict'>; it must be a class"),
    ("[replace(find_contract('atoma/completions'), name='own/chat') for _ in range(2)]", "own/chat"),
    ("[replace(find_contract('atoma/completions'), usage=Usage, name='own/chat')]", "total_tokens"),
    ("[replace(find_contract('atoma/completions'), name='own')]", "'own'"),
]


def refuses(ran, told):
    """Assert that the run ended before any test with one line that has *told* in it, and with no traceback."""
    assert ran.code == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in ran.errors if line.startswith("ERROR: ")]
    assert told in line
    assert not ran.outcomes
    assert not any(word in line for line in (*ran.errors, *ran.lines) for word in ("Traceback", "INTERNAL", "passed"))


@pytest.mark.parametrize("options, told", OPTIONS)
def test_an_option_that_cannot_be_obeyed_ends_the_run(run, options, told):
    refuses(run("--usage-contract", *options, "test_usages.py"), told)


@pytest.mark.parametrize("marker, told", MARKERS)
def test_a_marker_that_cannot_be_obeyed_ends_the_run(run, pytester, marker, told):
    pytester.makepyfile(test_it=f"import pytest\n@pytest.mark.usage_contract({marker})\ndef test_it(): pass")
    ran = run("--usage-contract", "test_it.py")
    refuses(ran, told)
    refuses(ran, "ERROR: test_it.py::test_it: @pytest.mark.usage_contract: ")


@pytest.mark.parametrize("brought, told", CONTRACTS)
def test_a_contract_that_cannot_be_taken_ends_the_run(run, pytester, brought, told):
    pytester.makeconftest(CONFTEST.format(brought=brought))
    refuses(run("--usage-contract", "test_usages.py"), told)


@pytest.mark.parametrize("option", ["report=report.json", "require=openrouter", "min-coverage=10", "update-baseline"])
def test_an_option_that_only_a_gating_run_obeys_is_refused_without_the_flag(run, option):
    told = f"--usage-contract-{option.partition('=')[0]} needs --usage-contract"
    refuses(run(f"--usage-contract-{option}", "test_usages.py"), told)


@pytest.mark.slow
@pytest.mark.parametrize("options, told", [OPTIONS[0], OPTIONS[2]])
def test_it_is_refused_once_where_workers_would_have_been_started(run, options, told):
    ran = run("--usage-contract", "-p", "xdist", "-n", "2", *options, "test_usages.py", apart=True)
    refuses(ran, told)


def test_a_hook_that_fails_is_named(run, pytester):
    pytester.makeconftest(CONFTEST.format(brought="3"))
    refuses(
        run("--usage-contract", "test_usages.py"), "ERROR: usage-contract: pytest_usage_contracts() in conftest.py: "
    )
