"""Under pytest-xdist a run says what it says in one process: all scenarios both ways, and what only workers can do."""

import pytest

pytestmark = pytest.mark.slow

XDIST = ("-p", "xdist", "-n", "2")
EVERYTHING = (
    *("-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function"),
    *("-p", "anyio.pytest_plugin", "-p", "pytest_rerunfailures"),
    *("--usage-contract-baseline=known.toml", "--usage-contract-min-coverage=100"),
    *(f"--usage-contract-report=report.{form}" for form in ("md", "html", "sarif")),
)


def told(ran):
    """What is printed from the summary on, without the frames, which have times: workers tell it in any order."""
    start = next(number for number, line in enumerate(ran.lines) if "= usage contracts =" in line)
    return sorted(line for line in ran.lines[start:] if not line.startswith("="))


def test_all_scenarios_come_to_the_same_in_one_process_and_in_two_workers(judge, pytester, monkeypatch):
    monkeypatch.setenv("CI", "true")  # then pytest does not cut lines
    update = ("--usage-contract-baseline=known.toml", "--usage-contract-update-baseline")
    judge("test_usages.py::test_drifted", "--usage-contract-fail-on=drift", *update)

    # pytest 8.0 collects nothing but `own` of `own .`, so that each module is named.
    modules = sorted(path.name for path in pytester.path.glob("test_*.py"))

    def everything(*args, apart):
        ran = judge("-rA", "--tb=no", *EVERYTHING, *args, "own", *modules, apart=apart)
        return ran, {path.suffix: path.read_text() for path in pytester.path.glob("report.*")}

    (one, written), (two, written_too) = everything(apart=False), everything(*XDIST, "--dist=loadfile", apart=True)

    assert one.report == two.report
    assert sorted(written) == [".html", ".json", ".md", ".sarif"]
    assert written == written_too
    assert told(one) == told(two)
    assert one.code == two.code == pytest.ExitCode.TESTS_FAILED
    for name in ("checked", "abandoned", "other_statuses", "findings", "unmatched", "errors"):
        assert one.report[name], f"no scenario shows {name}"


def test_what_only_workers_know_changes_no_name_no_count_and_no_baseline(judge, pytester):
    """They alone see what pytest-xdist adds to the names of tests in groups, and a `conftest.py` further down."""

    def some(baseline, *args, apart):
        told = ("--usage-contract-fail-on=all", f"--usage-contract-baseline={baseline}")
        ran = judge("-k", "job or test_own", *told, "--usage-contract-update-baseline", *args, apart=apart)
        checked = {name: contract["checked"] for name, contract in ran.report["contracts"].items()}
        return ran.code, ran.each("tests"), checked, (pytester.path / baseline).read_text()

    one, two = some("one.toml", apart=False), some("two.toml", *XDIST, "--dist=loadgroup", apart=True)
    assert one == two
    assert one[0] == pytest.ExitCode.OK
    assert "usage.first_job" in one[-1]


def test_a_worker_that_dies_takes_only_what_it_had_not_told(judge, pytester):
    pytester.makepyfile(
        test_dying="""
        import os
        from shop import *
        def test_a(): respond(DRIFTED)
        def test_b(): os._exit(3)
        """
    )
    ran = judge("test_dying.py", "-p", "xdist", "-n", "1", "--max-worker-restart=0", apart=True)
    assert ran.code == pytest.ExitCode.TESTS_FAILED
    assert (ran.report["checked"], ran.report["outcome"], ran.report["interrupted"]) == (1, "failed", True)
    assert ran.report["missing"] == ["worker gw0 was lost, with what belonged to none of its tests"]


STOPPED = """
from shop import *
import pytest

@pytest.mark.parametrize("number", range(12))
def test_it(number):
    respond()
    assert number != 3
"""


@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_a_run_that_is_ended_by_a_failure_comes_to_the_same_in_workers(judge, pytester, option):
    pytester.makepyfile(test_stopped=STOPPED)
    asked = ("test_stopped.py", option, "--usage-contract-require=openrouter", "--usage-contract-min-coverage=60")
    one, two = judge(*asked), judge(*asked, *XDIST, apart=True)
    same = ("outcome", "reasons", "interrupted", "findings", "settings", "unused_urls")
    told, told_too = ({name: ran.report[name] for name in same} for ran in (one, two))
    assert told == told_too
    assert (told["outcome"], told["unused_urls"]) == ("passed", [])


def test_an_interrupted_worker_interrupts_the_run_and_counts_once(judge, pytester):
    pytester.makepyfile(
        test_leaving="""
        import pytest
        from shop import *
        def test_a(): respond(DRIFTED)
        def test_b(): pytest.exit("enough")
        """
    )
    ran = judge("test_leaving.py", "-p", "xdist", "-n", "1", apart=True)
    assert (ran.report["interrupted"], ran.report["outcome"], ran.report["missing"]) == (True, "failed", [])


OWN = ("-k", "test_own and not page")


def test_workers_tell_what_names_mean_that_only_they_can_know(judge):
    """The `conftest.py` that brings `own/chat` is read by workers only."""
    asked = (
        *("--usage-contract-require=own/chat", "--usage-contract-require=page", "--usage-contract-demand=own"),
        *("-o", "usage_contract_ignore=missing-field in own"),
    )
    one, two = judge(*OWN, *asked), judge(*OWN, *asked, *XDIST, apart=True)
    assert one.report == two.report
    assert two.report["settings"]["demand"] == ["own/chat"]
    assert two.report["contracts"]["own/chat"]["fields"]


@pytest.mark.parametrize(
    "args, test, told",
    [
        (
            ["--usage-contract-require=owm"],
            "",
            "usage-contract-require: no contract is called 'owm', did you mean 'own'?",
        ),
        (
            ["--usage-contract"],
            "@pytest.mark.usage_contract(demand=3)",
            "test_it.py::test_it: @pytest.mark.usage_contract: ",
        ),
        ([], "@pytest.mark.usage_examples('nobody')", "test_it.py::test_it: @pytest.mark.usage_examples: "),
    ],
)
def test_a_misuse_that_only_a_worker_can_see_ends_the_run_with_one_line(run, pytester, args, test, told):
    pytester.makepyfile(test_it=f"import pytest\n{test}\ndef test_it(): pass")
    switch = ["--usage-contract"] if "require" in "".join(args) else []
    ran = run(*switch, *args, *XDIST, "own", "test_it.py", apart=True)
    assert ran.code == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in ran.errors if line.startswith("ERROR: ")]
    assert told in line
    assert not any("INTERNAL" in line or "Traceback" in line for line in (*ran.errors, *ran.lines))


def test_workers_that_receive_nothing_have_nothing_to_tell(judge, pytester):
    pytester.makepyfile(test_idle="def test_idle(): pass")
    ran = judge("test_idle.py", *XDIST, apart=True)
    assert (ran.code, ran.report["checked"], ran.report["contracts"]) == (pytest.ExitCode.OK, 0, {})
