"""The run as a whole: its contracts, its report, its baseline and its exit status."""

import pytest

OK, FAILED = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED


def test_a_report_has_everything_that_the_run_saw(judge):
    report = judge("test_usages.py").report
    assert (report["format"], report["outcome"], report["interrupted"]) == (2, "failed", False)
    assert (report["checked"], report["other_statuses"], report["abandoned"]) == (6, 3, 0)
    assert report["settings"]["configuration"] == "pytest.ini"
    assert report["unmatched"] == [
        {"method": "POST", "host": "openrouter.ai", "path": "/api/v1/videos", "count": 1, "looks_like": ""}
    ]
    found = [
        [finding[field] for field in ("kind", "code", "path", "count", "failing")] for finding in report["findings"]
    ]
    assert found == [
        ["schema", "wrong-type", "usage.total_tokens", 1, True],
        ["accounting", "total-mismatch", "usage.total_tokens", 1, False],
        ["drift", "undocumented-field", "usage.cost", 1, False],
    ]


def test_no_secret_prompt_or_completion_enters_a_report_or_the_output(judge, pytester):
    pytester.makepyfile(
        test_secret="""
        from shop import *

        def test_secret():
            usage = {**BROKEN, "notes": ["nobody must see this text"]}
            with client(answer(usage, output="nobody must see this")) as made:
                headers = {"authorization": "Bearer sk-secret"}
                made.post(URL + "?api_key=sk-secret", headers=headers, json={"input": "a prompt"})
        """
    )
    forms = [f"--usage-contract-report=report.{form}" for form in ("md", "html", "sarif")]
    ran = judge("test_secret.py", "--tb=no", "--usage-contract-fail-on=all", *forms)
    texts = [path.read_text() for path in pytester.path.glob("report.*")]
    assert len(texts) == 4
    for text in (*texts, "\n".join(ran.lines)):
        assert "total_tokens" in text
        for secret in ("sk-secret", "a prompt", "nobody must see"):
            assert secret not in text


def test_a_run_that_was_told_nothing_and_saw_nothing_says_so(judge, pytester):
    pytester.makepyfile(test_nothing="def test_nothing(): pass")
    ran = judge("test_nothing.py", "-o", "usage_contract_documents=")
    assert (ran.code, ran.report["checked"], ran.report["contracts"]) == (OK, 0, {})
    assert any("= usage contracts =" in line for line in ran.lines)
    assert any("no response" in line for line in ran.lines)


def test_an_interrupted_run_reports_what_was_judged_until_then(judge, pytester):
    pytester.makepyfile(
        test_interrupted="""
        from shop import *
        def test_a(): respond(DRIFTED)
        def test_b(): raise KeyboardInterrupt
        def test_c(): respond(DRIFTED)
        """
    )
    ran = judge("test_interrupted.py")
    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert (ran.report["checked"], ran.report["interrupted"]) == (1, True)


def test_a_run_that_ends_by_an_internal_error_is_interrupted(judge, pytester):
    pytester.makeconftest("def pytest_runtest_logreport(report): assert report.when != 'call'")
    ran = judge("test_usages.py::test_kept", "-p", "no:terminal")
    assert (ran.code, ran.report["interrupted"]) == (pytest.ExitCode.INTERNAL_ERROR, True)


@pytest.mark.parametrize(
    "demands, code",
    [
        (["--usage-contract-require=openrouter/alpha_responses"], OK),
        (["--usage-contract-require=orq/images_edits"], FAILED),
        (["-o", "usage_contract_require=openrouter/alpha_responses orq/images_edits"], FAILED),
        (["--usage-contract-min-coverage=40"], OK),
        (["--usage-contract-min-coverage=100"], FAILED),
        (["-o", "usage_contract_min_coverage=100"], FAILED),
        (["-o", "usage_contract_min_coverage=100", "--usage-contract-min-coverage=40"], OK),
    ],
)
def test_what_is_demanded_and_was_not_seen_fails_the_run_after_its_tests_have_passed(judge, pytester, demands, code):
    pytester.makepyfile(
        test_expected="""
        from shop import *
        def test_expected(): respond({name: number for name, number in KEPT.items() if "details" not in name})
        """
    )
    ran = judge("test_expected.py", "--usage-contract-fail-on=none", *demands)
    assert ran.outcomes == {"test_expected": "passed"}
    assert (ran.code, ran.report["outcome"]) == (code, "failed" if code else "passed")
    assert len(ran.report["reasons"]) == code


def test_several_contracts_are_required_by_their_providers_names(judge):
    both = ("own", "--usage-contract-require=own", "--usage-contract-require=page")
    assert judge(*both, "-k", "kept").code == OK
    assert judge(*both, "-k", "kept and page").code == FAILED


@pytest.mark.parametrize(
    "named", ["--usage-contract-baseline=known.toml", "--override-ini=usage_contract_baseline=known.toml"]
)
def test_a_baseline_accepts_what_is_known_and_fails_only_what_is_new(judge, pytester, named):
    test = pytester.makepyfile(test_it="from shop import *\ndef test_it(): respond(DRIFTED)")
    gate = ("test_it.py", "--usage-contract-fail-on=all", named)
    assert judge(*gate, "--usage-contract-update-baseline").code == OK
    again = judge(*gate)
    assert (again.code, again.outcomes) == (OK, {"test_it": "passed"})
    assert again.each("known") == {"undocumented-field usage.cost": True}
    test.write_text("from shop import *\ndef test_it(): respond({**DRIFTED, 'is_byok': False})")
    new = judge(*gate)
    assert (new.code, new.outcomes) == (FAILED, {"test_it": "failed"})
    assert new.each("failing") == {"undocumented-field usage.cost": False, "undocumented-field usage.is_byok": True}
    told = new.failure("test_it").longreprtext
    assert "usage.is_byok" in told
    assert "usage.cost" not in told


@pytest.mark.parametrize("args", [("own",), ("-k", "test_own")], ids=["from the start", "further down"])
def test_a_conftest_and_a_document_bring_contracts_of_ones_own(judge, args):
    ran = judge(*args)
    assert ran.outcomes == {
        "test_kept[own]": "passed",
        "test_kept[page]": "passed",
        "test_broken[own]": "failed",
        "test_broken[page]": "failed",
    }
    found = {(finding["contract"], finding["code"], finding["path"]) for finding in ran.report["findings"]}
    assert found == {(name, "missing-field", "usage.tokens_out") for name in ("own/chat", "page/chat")}
    for name in ("own/chat", "page/chat"):
        contract = ran.report["contracts"][name]
        assert (contract["checked"], contract["kept"]) == (2, 1)
        assert contract["fields"] == {
            "usage.tokens_in": {"seen": 2, "null": 0},
            "usage.tokens_out": {"seen": 1, "null": 0},
        }


def test_a_report_that_cannot_be_written_after_all_is_told_and_fails_the_run(run, pytester):
    pytester.makepyfile(test_it="import os\nfrom shop import *\ndef test_it():\n    respond()\n    os.rmdir('out')")
    pytester.mkdir("out")
    ran = run("test_it.py", "--usage-contract", "--usage-contract-report=out/report.json")
    assert (ran.code, ran.outcomes) == (FAILED, {"test_it": "passed"})
    assert any(line.startswith("usage-contract: ") and "report.json" in line for line in ran.lines)


def test_github_gets_annotations_and_a_summary_of_the_step(judge, pytester, monkeypatch):
    summary = pytester.path / "summary.md"
    summary.write_text("what another tool wrote\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(pytester.path.parent))
    ran = judge("test_usages.py")
    place = f"file={pytester.path.name}/test_usages.py,"
    for command in (f"::error {place}", f"::warning {place}"):
        assert any(line.startswith(command) for line in ran.lines)
    text = summary.read_text()
    assert text.startswith("what another tool wrote\n")
    assert "usage.total_tokens" in text
    assert "usage.cost" in text
    monkeypatch.delenv("GITHUB_WORKSPACE")
    assert any(line.startswith("::error file=test_usages.py,") for line in judge("test_usages.py").lines)


def test_without_github_nothing_is_annotated(judge):
    assert not any(line.startswith("::") for line in judge("test_usages.py").lines)


def test_a_run_that_receives_nothing_brings_neither_a_judge_nor_a_contract_nor_what_writes_reports(pytester):
    pytester.makepyfile("def test_nothing(): pass")
    pytester.makeconftest(
        """
        import sys

        def pytest_unconfigure():
            ours = [name.partition(".")[2] for name in sys.modules if name.startswith("pytest_usage_contract.")]
            print("brought:", *ours)
        """
    )
    ran = pytester.runpytest_subprocess("--usage-contract", "-p", "no:cacheprovider")
    (brought,) = [line.split()[1:] for line in ran.outlines if line.startswith("brought:")]
    needed_later = {
        f"reports.{form}" for form in ("annotations", "baseline", "html", "json_report", "markdown", "sarif")
    }
    needed_later |= {
        "core.check",
        "core.checker",
        "core.contract",
        "judgement",
        "session.evidence",
        "providers.openrouter",
    }
    assert needed_later.isdisjoint(brought)
    assert "reports.terminal" in brought
