"""The run as a whole: its contracts, its report, its exit status, and how misuse ends it."""

import json

import pytest

workers = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])

KEPT = "from shop import *\ndef test_kept(): respond()"
DRIFTED = "from shop import *\ndef test_drifted(): respond(DRIFTED)"
BROKEN = "from shop import *\ndef test_broken(): respond(BROKEN)"


def read(path):
    return json.loads(path.read_text())


def test_the_report_is_the_same_from_one_process_and_from_two(suite):
    suite.makepyfile(
        test_shop="""
        import pytest
        from shop import *

        @pytest.mark.parametrize("usage", [KEPT, DRIFTED, BROKEN, WRONG], ids=["kept", "drifted", "broken", "wrong"])
        def test_usage(usage): respond(usage)

        def test_status(): respond(status=500)
        def test_elsewhere(): respond(url="https://openrouter.ai/api/v1/chat/completions?key=secret")
        def test_unrelated(): respond(url="https://example.test/v1")

        @pytest.mark.xfail
        def test_expected(): respond(BROKEN)
        """
    )
    for number in ("0", "2"):
        suite.runpytest_subprocess("--usage-contract", f"--usage-contract-report=report{number}.json", "-n", number)

    report = read(suite.path / "report0.json")
    assert report == read(suite.path / "report2.json")
    assert report["format"] == 1
    assert (report["checked"], report["other_statuses"], report["outcome"]) == (5, 1, "failed")
    assert report["unmatched"] == [
        {"method": "POST", "host": "openrouter.ai", "path": "/api/v1/chat/completions", "count": 1}
    ]
    assert [
        (finding["kind"], finding["code"], finding["count"], finding["failing"]) for finding in report["findings"]
    ] == [
        ("schema", "wrong-type", 2, True),
        ("accounting", "total-mismatch", 1, False),
        ("drift", "undocumented-field", 1, False),
    ]
    assert report["findings"][1]["message"] == "input_tokens + output_tokens = 120 + 45 = 165, is 166"


def test_no_secret_prompt_or_completion_enters_a_report_or_the_output(suite):
    suite.makepyfile(
        test_shop="""
        import httpx
        from shop import *

        def test_secret():
            usage = {**BROKEN, "note": "a completion", "notes": ["nobody must see this either"]}
            with client(usage, output="a completion") as made:
                made.post(URL + "?api_key=sk-secret", headers={"authorization": "Bearer sk-secret"}, json={"input": "a prompt"})
        """
    )
    forms = [f"--usage-contract-report=report{suffix}" for suffix in (".json", ".md", ".html", ".sarif")]

    result = suite.runpytest_subprocess("--usage-contract", "--tb=no", "--usage-contract-fail-on=all", *forms)

    texts = [path.read_text() for path in suite.path.glob("report.*")]
    assert len(texts) == 4
    for text in (*texts, result.stdout.str()):
        assert "total_tokens" in text
        assert "sk-secret" not in text
        assert "a prompt" not in text
        assert "nobody must see" not in text
    assert "string of 12 characters, not documented" in result.stdout.str()


@workers
def test_a_required_contract_that_was_not_exercised_fails_the_run_after_its_tests_have_passed(suite, workers):
    suite.makepyfile(KEPT)

    result = suite.runpytest_subprocess("--usage-contract", "--usage-contract-require=orq/images_edits", *workers)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*orq/images_edits*not exercised*"])


def test_a_required_contract_that_was_exercised_lets_the_run_pass(suite):
    suite.makeini("[pytest]\nusage_contract = true\nusage_contract_require = openrouter")
    suite.makepyfile(KEPT)

    assert suite.runpytest_subprocess().ret == pytest.ExitCode.OK


def test_the_coverage_of_documented_fields_can_be_demanded(suite):
    suite.makepyfile(KEPT)

    assert suite.runpytest("--usage-contract", "--usage-contract-min-coverage=100").ret == pytest.ExitCode.OK
    suite.makepyfile(
        "from shop import *\ndef test_expected():\n    respond({'input_tokens': 1, 'output_tokens': 2, 'total_tokens': 3})"
    )
    result = suite.runpytest("--usage-contract", "--usage-contract-fail-on=none", "--usage-contract-min-coverage=100")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*usage.input_tokens_details*"])


@workers
def test_a_baseline_accepts_what_is_known_and_fails_only_what_is_new(suite, workers):
    suite.makepyfile(test_shop=DRIFTED)
    gate = ("--usage-contract", "--usage-contract-fail-on=all", "--usage-contract-baseline=known.toml", *workers)

    assert suite.runpytest_subprocess(*gate, "--usage-contract-update-baseline").ret == pytest.ExitCode.OK
    again = suite.runpytest_subprocess(*gate)
    assert again.ret == pytest.ExitCode.OK
    again.stdout.fnmatch_lines(["*known: 1*"])
    suite.makepyfile(test_shop="from shop import *\ndef test_drifted(): respond({**DRIFTED, 'is_byok': False})")
    new = suite.runpytest_subprocess(*gate, "-rN", "--tb=short")
    new.assert_outcomes(failed=1)
    message = "\n".join(new.outlines).partition("= usage contracts =")[0]
    assert "usage.is_byok" in message
    assert "usage.cost" not in message


def test_a_run_that_saw_nothing_says_so(suite):
    suite.makepyfile("def test_nothing(): pass")

    result = suite.runpytest("--usage-contract")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*= usage contracts =*", "*no response*"])


def test_an_interrupted_run_reports_what_was_judged_until_then(suite):
    suite.makepyfile(
        """
        from shop import *
        def test_a(): respond(DRIFTED)
        def test_b(): raise KeyboardInterrupt
        def test_c(): respond(DRIFTED)
        """
    )

    result = suite.runpytest_subprocess("--usage-contract", "--usage-contract-report=report.json")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert read(suite.path / "report.json")["checked"] == 1


@pytest.mark.parametrize(
    "options, message",
    [
        (["--usage-contract-require=openroter"], "*no contract is called 'openroter', did you mean 'openrouter'*"),
        (
            ["--usage-contract-fail-on=schemas"],
            "*'schemas': not a kind of finding; there are schema, accounting, drift*",
        ),
        (["--usage-contract-min-coverage=many"], "*'many' is no percentage of fields; give a number from 0 to 100*"),
        (["--usage-contract-min-coverage=101"], "*'101' is no percentage*"),
        (["--usage-contract-report=report.pdf"], "*report.pdf*.json, .md, .html*"),
        (["--usage-contract-report=nowhere/report.json"], "*nowhere*"),
        (["--usage-contract-baseline=missing.toml"], "*missing.toml does not exist*"),
        (["--usage-contract-update-baseline"], "*needs --usage-contract-baseline*"),
        (
            ["-o", "usage_contract_urls=nonsense"],
            "*'nonsense' is no mapping; one reads http://host:port/path = provider/endpoint*",
        ),
        (["-o", "usage_contract_urls=http://127.0.0.1 = nobody"], "*no contract is called 'nobody'*"),
    ],
)
@workers
def test_misuse_ends_the_run_before_any_test_with_status_4(suite, options, message, workers):
    suite.makepyfile(KEPT)

    result = suite.runpytest_subprocess("--usage-contract", *options, *workers)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    result.stdout.no_fnmatch_line("*passed*")


@pytest.mark.parametrize("option", ["report=report.json", "require=openrouter", "min-coverage=10", "update-baseline"])
def test_an_option_that_only_a_gating_run_obeys_is_refused_without_the_flag(suite, option):
    suite.makepyfile(KEPT)

    result = suite.runpytest_subprocess(f"--usage-contract-{option}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*needs --usage-contract"])


@pytest.mark.parametrize(
    "marker, message",
    [
        ("fail_on='schemas'", "*'schemas': not a kind of finding*"),
        ("ignore=['cost']", "*'cost' ignores nothing: it must begin with a code*"),
        ("failon='drift'", "*does not take failon; it takes fail_on, ignore and enabled*"),
        ("'drift'", "*does not take 'drift'; it takes fail_on, ignore and enabled*"),
    ],
)
def test_a_marker_that_cannot_be_obeyed_ends_the_run_before_any_test(suite, marker, message):
    suite.makepyfile(f"import pytest\n@pytest.mark.usage_contract({marker})\ndef test_kept(): pass")

    result = suite.runpytest_subprocess("--usage-contract")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_a_marker_is_louder_than_the_command_line_and_that_than_the_ini_file(suite):
    suite.makeini("[pytest]\nusage_contract_fail_on = drift")
    suite.makepyfile(
        """
        import pytest
        from shop import *

        def test_by_the_run(): respond(DRIFTED)

        @pytest.mark.usage_contract(fail_on="drift")
        def test_by_the_marker(): respond(DRIFTED)

        @pytest.mark.usage_contract(ignore="undocumented-field usage.cost")
        class TestIgnoring:
            def test_ignored(self): respond(DRIFTED)

            @pytest.mark.usage_contract(fail_on=["schema", "drift"], ignore=["wrong-type"])
            def test_both_ignored(self): respond({**BROKEN, "cost": 1})

            @pytest.mark.usage_contract(fail_on="all")
            def test_another_path(self): respond({**KEPT, "price": 1})

        @pytest.mark.usage_contract(enabled=False)
        def test_disabled(): respond(BROKEN)
        """
    )

    suite.runpytest("--usage-contract").assert_outcomes(passed=3, failed=3)
    suite.runpytest("--usage-contract", "--usage-contract-fail-on=schema").assert_outcomes(passed=4, failed=2)


def test_gateways_and_test_servers_are_judged_where_they_are_mapped(suite):
    suite.makeini(
        """
        [pytest]
        usage_contract = true
        usage_contract_urls =
            http://127.0.0.1:4000/v1/responses = openrouter/alpha_responses
            http://gateway.test = orq
            https://proxy.test/llm/anything = atoma/completions
        """
    )
    suite.makepyfile(
        """
        import pytest
        from shop import *

        @pytest.mark.parametrize(("url", "contract"), [
            ("http://127.0.0.1:4000/v1/responses", "openrouter/alpha_responses"),
            ("http://127.0.0.1:4001/v1/responses", None),
            ("http://gateway.test:8080/some/v2/deployments/invoke", "orq/deployments_invoke"),
            ("http://gateway.test/v2/router/images/edits", "orq/images_edits"),
            ("https://proxy.test/llm/anything", "atoma/completions"),
            ("https://proxy.test/other", None),
        ])
        @pytest.mark.usage_contract(fail_on="none")
        def test_place(url, contract, usage_exchanges):
            respond(url=url)
            assert [exchange.contract for exchange in usage_exchanges] == ([contract] if contract else [])
        """
    )

    suite.runpytest().assert_outcomes(passed=6)


OWN = """
    from pytest_usage_contract import Contract, Count, Endpoint, Source, Usage

    class ChatUsage(Usage):
        tokens_in: Count
        tokens_out: Count

    def pytest_usage_contracts():
        return [Contract(
            name="acme/chat",
            source=Source(document="ChatUsage", package="acme-sdk"),
            usage=ChatUsage,
            endpoints=(Endpoint(path="/v1/chat", hosts=("api.acme.example",), presence="required"),),
        )]
"""
ACME = """
    from shop import *
    def test_kept(): respond({"tokens_in": 1, "tokens_out": 2}, url="https://api.acme.example/v1/chat")
    def test_broken(): respond({"tokens_in": 1}, url="https://api.acme.example/v1/chat")
"""


@workers
@pytest.mark.parametrize("folder", ["", "tests/deep/"])
def test_a_conftest_brings_contracts_of_ones_own(suite, folder, workers):
    suite.makepyfile(**{f"{folder}conftest": OWN, f"{folder}test_acme": ACME})

    result = suite.runpytest_subprocess("--usage-contract", "--usage-contract-report=report.json", *workers)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["acme/chat broken: 1 schema finding in POST api.acme.example/v1/chat (200)"])
    acme = read(suite.path / "report.json")["contracts"]["acme/chat"]
    assert acme["checked"] == 2
    assert acme["fields"] == {"usage.tokens_in": {"seen": 2, "null": 0}, "usage.tokens_out": {"seen": 1, "null": 0}}


@pytest.mark.parametrize(
    "brought, message",
    [
        ("[3]", "*3 is not a Contract*"),
        ("[find_contract('openrouter')]", "*"),
        (
            "[replace(find_contract('atoma'), usage=Usage, name='acme/chat')]",
            "*speaks of total_tokens, no documented count*",
        ),
        (
            "[replace(find_contract('atoma'), name='atoma/completions', default=True)]",
            "*there is a contract named atoma/completions already*",
        ),
        (
            "[replace(find_contract('atoma'), name='acme')]",
            "*'acme' is no name of a contract; one reads provider/endpoint*",
        ),
    ],
)
def test_a_contract_that_cannot_be_taken_ends_the_run(suite, brought, message):
    suite.makeconftest(
        f"""
        from dataclasses import replace
        from pytest_usage_contract import Usage, find_contract

        def pytest_usage_contracts():
            return {brought}
        """
    )
    suite.makepyfile(KEPT)

    result = suite.runpytest_subprocess("--usage-contract")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


@workers
def test_an_error_inside_the_plugin_is_a_line_in_the_summary_and_fails_nothing(suite, workers):
    suite.makeconftest(
        """
        import pytest_usage_contract.run.session as session

        def fail(*args, **kwargs):
            raise RuntimeError("a bug of ours")

        session.check_bytes = fail
        """
    )
    suite.makepyfile(KEPT)

    result = suite.runpytest_subprocess("--usage-contract", "-W", "error", *workers)

    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*RuntimeError: a bug of ours*"])


def test_a_report_that_cannot_be_written_after_all_is_told_and_fails_the_run(suite):
    suite.makepyfile("import os\nfrom shop import *\ndef test_kept():\n    respond()\n    os.rmdir('out')")
    suite.mkdir("out")

    result = suite.runpytest_subprocess("--usage-contract", "--usage-contract-report=out/report.json")

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["usage-contract: *out*"])


PAGE = """
# ChatUsage

## Fields

| Field        | Type    | Required           | Description |
| ------------ | ------- | ------------------ | ----------- |
| `tokens_in`  | *int*   | :heavy_check_mark: | N/A         |
| `tokens_out` | *int*   | :heavy_check_mark: | N/A         |
"""


@workers
def test_the_ini_file_brings_contracts_read_from_documents(suite, workers):
    suite.makeini(
        """
        [pytest]
        usage_contract = true
        usage_contract_documents = docs/ChatUsage.md = acme/chat POST api.acme.example/v1/chat
        """
    )
    suite.makepyfile(test_acme=ACME)
    suite.mkdir("docs").joinpath("ChatUsage.md").write_text(PAGE)

    result = suite.runpytest_subprocess(*workers)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["  missing-field  usage.tokens_out  absent, documented as an integer"])


@pytest.mark.parametrize(
    "line, message",
    [
        ("docs/Usage.md", "*is no document; a line reads docs/Usage.md = provider/endpoint POST host/path*"),
        ("docs/Usage.md = acme/chat POST api.acme.example/v1/chat", "*docs/Usage.md*"),
    ],
)
def test_a_document_that_cannot_be_read_ends_the_run(suite, line, message):
    suite.makeini(f"[pytest]\nusage_contract = true\nusage_contract_documents = {line}")
    suite.makepyfile(KEPT)

    result = suite.runpytest_subprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_github_gets_annotations_and_a_summary_of_the_step(suite, monkeypatch):
    summary = suite.path / "summary.md"
    summary.write_text("what another tool wrote\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(suite.path.parent))
    suite.makepyfile(test_shop=f"{DRIFTED}\ndef test_broken(): respond(BROKEN)")

    result = suite.runpytest_subprocess("--usage-contract")

    place = f"file={suite.path.name}/test_shop.py,title=usage contract"
    result.stdout.fnmatch_lines(
        [f"::error {place}::wrong-type usage.total_tokens: *", f"::warning {place}::undocumented-field usage.cost: *"]
    )
    text = summary.read_text()
    assert text.startswith("what another tool wrote\n")
    assert "usage.total_tokens" in text
    assert "usage.cost" in text


def test_without_github_nothing_is_annotated(suite):
    suite.makepyfile(DRIFTED)

    suite.runpytest_subprocess("--usage-contract").stdout.no_fnmatch_line("::*")


def test_a_worker_that_dies_takes_only_what_it_had_not_told(suite):
    suite.makepyfile(
        """
        import os
        from shop import *
        def test_a(): respond(DRIFTED)
        def test_b(): os._exit(3)
        """
    )

    result = suite.runpytest_subprocess(
        "--usage-contract", "--usage-contract-report=report.json", "-n", "1", "--max-worker-restart=0"
    )

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert read(suite.path / "report.json")["checked"] == 1
