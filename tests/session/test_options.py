"""The switch, and what is given without it: options are refused, keys of the ini file are told."""

import pytest

OFF = "usage-contract: off (--no-usage-contract)"
OPTIONS = {
    "--usage-contract-fail-on": "all",
    "--usage-contract-report": "report.json",
    "--usage-contract-require": "openrouter",
    "--usage-contract-demand": "openrouter",
    "--usage-contract-min-coverage": "10",
    "--usage-contract-baseline": "known.toml",
    "--usage-contract-update-baseline": "",
}
KEYS = {
    "usage_contract_fail_on": "drift",
    "usage_contract_require": "openrouter",
    "usage_contract_demand": "openrouter",
    "usage_contract_min_coverage": "100",
    "usage_contract_baseline": "known.toml",
    "usage_contract_ignore": "no-usage",
}


def header(ran):
    return [line for line in ran.lines if line.startswith("usage-contract: ")]


def given(option):
    return f"{option}={OPTIONS[option]}" if OPTIONS[option] else option


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_of_the_gate_without_a_switch_is_a_misuse(run, option):
    ran = run(given(option), "test_usages.py")
    assert ran.code == pytest.ExitCode.USAGE_ERROR
    assert ran.errors[0] == f"ERROR: {option} needs --usage-contract, or usage_contract = true in the ini file"
    assert not ran.outcomes


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_of_the_gate_beside_a_switch_that_is_off_does_nothing_and_the_header_says_off(run, option):
    ran = run("--usage-contract", given(option), "--no-usage-contract", "test_usages.py::test_broken")
    assert (ran.outcomes, header(ran)) == ({"test_broken": "passed"}, [OFF])


@pytest.mark.parametrize(
    "switches, outcome",
    [
        (["--usage-contract"], "failed"),
        (["--no-usage-contract"], "passed"),
        (["--no-usage-contract", "--usage-contract"], "failed"),
        (["--usage-contract", "--no-usage-contract"], "passed"),
        (["-o", "usage_contract=true"], "failed"),
        (["-o", "usage_contract=true", "--no-usage-contract"], "passed"),
        (["-o", "usage_contract=false", "--usage-contract"], "failed"),
    ],
)
def test_of_the_two_switches_the_last_counts_and_both_before_the_ini_file(run, switches, outcome):
    ran = run(*switches, "test_usages.py::test_broken")
    assert ran.outcomes == {"test_broken": outcome}
    assert (OFF in header(ran)) == (outcome == "passed")


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_the_ini_file_without_a_switch_gives_one_line_in_the_header(run, key):
    ran = run("-o", f"{key}={KEYS[key]}", "test_usages.py::test_broken")
    assert ran.outcomes == {"test_broken": "passed"}
    assert header(ran) == [f"usage-contract: off; {key} needs --usage-contract, or usage_contract = true"]


def test_all_keys_without_a_switch_share_that_line_and_none_gives_none(run):
    both = ("-o", "usage_contract_fail_on=drift", "-o", "usage_contract_require=any")
    (line,) = header(run(*both, "test_usages.py::test_broken"))
    assert line == (
        "usage-contract: off; usage_contract_fail_on, usage_contract_require need --usage-contract, "
        "or usage_contract = true"
    )
    assert header(run("test_usages.py::test_broken")) == []


@pytest.mark.parametrize("key, value", [("usage_contract", "yess"), ("usage_contract_min_coverage", "many")])
def test_a_value_that_cannot_be_read_names_its_key(run, key, value):
    ran = run("-o", "usage_contract=true", "-o", f"{key}={value}", "test_usages.py")
    assert ran.code == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in ran.errors if line.startswith("ERROR: ")]
    assert key in line
    assert value in line
