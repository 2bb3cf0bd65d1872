"""What a run is told, on the command line, in the ini file and by markers, and what its names mean."""

import pytest

from pytest_usage_contract import contracts

OK, FAILED, MISUSE = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR

NULL = """
import pytest
from shop import *

@pytest.mark.parametrize("url", {urls})
def test_null(url):
    respond(None, url=url)
"""
GATEWAYS = {
    "http://127.0.0.1:4000/v1 = openrouter": ["http://127.0.0.1:4000/v1/responses"],
    "http://127.0.0.1:4000/v1/responses = openrouter": ["http://127.0.0.1:4000/v1/responses"],
    "http://gw.test:80/api = openrouter": ["http://gw.test/api/v1/responses", "http://gw.test:80/api/v1/responses"],
    "http://gw.test = openrouter": ["http://gw.test/v1/responses", "https://gw.test:8443/or/api/v1/responses"],
    "http://gw.test = openrouter/responses": ["http://gw.test/v1/responses"],
    "https://openrouter.ai/api/v1/responses = openrouter": ["https://openrouter.ai/api/v1/responses"],
}


@pytest.mark.parametrize("line, urls", GATEWAYS.items(), ids=GATEWAYS)
def test_a_gateway_answers_as_the_current_endpoint_does_where_null_is_documented(judge, pytester, line, urls):
    pytester.makepyfile(test_it=NULL.format(urls=urls))
    ran = judge("test_it.py", "-o", f"usage_contract_urls={line}")
    assert {*ran.outcomes.values()} == {"passed"}
    assert (ran.report["checked"], ran.report["without_usage"], ran.report["unmatched"]) == (len(urls), len(urls), [])


URLS = "usage_contract_urls=http://gw.test = openrouter\nhttp://unused.test = openrouter\nhttp://other.test/v1 = orq"


def test_a_mapped_url_that_no_call_has_matched_is_told(judge, pytester):
    pytester.makepyfile(test_it=NULL.format(urls=["http://gw.test/v1/responses", "http://other.test/v1/else"]))
    ran = judge("test_it.py", "-o", URLS)
    assert ran.report["unused_urls"] == ["http://unused.test = openrouter", "http://other.test/v1 = orq"]


@pytest.mark.parametrize(
    "demand, test, outcome",
    [
        ([], "null", "passed"),
        (["--usage-contract-demand=all"], "null", "failed"),
        (["--usage-contract-demand=openrouter"], "null", "failed"),
        (["--usage-contract-demand=OpenResponsesResult.usage"], "null", "failed"),
        (["--usage-contract-demand=atoma", "--usage-contract-demand=openrouter/responses"], "null", "failed"),
        (["--usage-contract-demand=atoma"], "null", "passed"),
        (["-o", "usage_contract_demand=atoma openrouter"], "null", "failed"),
        (["-o", "usage_contract_demand=all", "--usage-contract-demand=atoma"], "null", "passed"),
        ([], "demanding", "failed"),
        (["--usage-contract-demand=all"], "lenient", "passed"),
    ],
)
def test_a_usage_can_be_demanded_where_the_documentation_lets_it_be_null(judge, pytester, demand, test, outcome):
    pytester.makepyfile(
        test_it="""
        import pytest
        from shop import *
        NULL = "https://openrouter.ai/api/v1/responses"
        def test_null(): respond(None, url=NULL)
        @pytest.mark.usage_contract(demand=True)
        def test_demanding(): respond(None, url=NULL)
        @pytest.mark.usage_contract(demand=False)
        def test_lenient(): respond(None, url=NULL)
        """
    )
    ran = judge(f"test_it.py::test_{test}", *demand)
    assert ran.outcomes == {f"test_{test}": outcome}
    assert ran.report["without_usage"] == (outcome == "passed")
    assert [finding["code"] for finding in ran.report["findings"]] == ["no-usage"] * (outcome == "failed")


def test_what_is_demanded_and_required_stands_in_the_report_with_settled_names(judge):
    asked = ("--usage-contract-demand=orq", "--usage-contract-require=PageUsage", "--usage-contract-require=orq")
    settings = judge("test_usages.py::test_kept", *asked).report["settings"]
    assert settings["demand"] == sorted(str(one) for one in contracts() if one.provider == "orq")
    assert settings["require"] == ["page/chat", "orq"]


@pytest.mark.parametrize(
    "require, test, code",
    [
        ("any", "test_usages.py::test_kept", OK),
        ("any", "test_nothing.py", FAILED),
        ("any", "test_mocked.py", FAILED),
        ("openrouter", "test_usages.py::test_kept", OK),
        ("orq", "test_usages.py::test_kept", FAILED),
    ],
)
def test_that_something_was_judged_can_be_required(judge, pytester, require, test, code):
    pytester.makepyfile(test_nothing="def test_nothing(): pass")
    pytester.makepyfile(
        test_mocked="""
        import httpx
        def test_mocked(usage_mock):
            usage_mock("openrouter")
            httpx.post("https://openrouter.ai/api/v1/responses")
        """
    )
    assert judge(test, f"--usage-contract-require={require}").code == code


IGNORES = {
    "undocumented-field usage.cost in openrouter/alpha_responses": True,
    "undocumented-field usage.cost in openrouter": True,
    "undocumented-field in openrouter": True,
    "undocumented-field": True,
    "undocumented-field usage.cost in orq": False,
    "undocumented-field usage.price": False,
    "wrong-type usage.cost": False,
}


@pytest.mark.parametrize("line, ignored", IGNORES.items())
def test_a_finding_is_ignored_by_the_ini_file_or_a_marker_in_one_grammar(judge, pytester, line, ignored):
    test = "from shop import *\n{mark}\ndef test_it(): respond(DRIFTED)"
    args = ("test_it.py", "--usage-contract-fail-on=all")
    for mark, ini, by in ((f"ignore=[{line!r}]", "", "marker"), ("", line, "ini file")):
        pytester.makepyfile(test_it="import pytest\n" + test.format(mark=f"@pytest.mark.usage_contract({mark})"))
        ran = judge(*args, "-o", f"usage_contract_ignore={ini}")
        assert ran.outcomes == {"test_it": "passed" if ignored else "failed"}
        assert ran.each("ignored") == {"undocumented-field usage.cost": {by: 1} if ignored else {}}


def test_a_name_may_mean_a_contract_that_a_conftest_further_down_brings(judge):
    ran = judge(
        *("-k", "test_own and not page", "--usage-contract-require=own/chat", "--usage-contract-demand=own"),
        *("-o", "usage_contract_ignore=missing-field in own", "-o", "usage_contract_urls=http://gw.test = own"),
    )
    assert (ran.code, ran.report["reasons"]) == (OK, [])
    assert ran.report["settings"]["demand"] == ["own/chat"]
    assert ran.each("ignored") == {"missing-field usage.tokens_out": {"ini file": 1}}
    assert ran.report["unused_urls"] == ["http://gw.test = own"]


NATIVE = """
[pytest]
usage_contract = true
usage_contract_fail_on = ["accounting", "drift"]
usage_contract_require = ["openrouter", "any"]
usage_contract_demand = ["orq/deployments_invoke"]
usage_contract_min_coverage = 12.5
usage_contract_baseline = "known.toml"
usage_contract_ignore = ["undocumented-field usage.cost in openrouter"]
usage_contract_urls = ["http://gw.test = openrouter"]
usage_contract_documents = ["docs/PageUsage.md = page/chat POST api.page.example/v1/chat"]
"""
INI_IN_TOML = """
[tool.pytest.ini_options]
usage_contract = true
usage_contract_fail_on = "accounting, drift"
usage_contract_require = "openrouter any"
usage_contract_demand = ["orq/deployments_invoke"]
usage_contract_min_coverage = 12.5
usage_contract_baseline = "known.toml"
usage_contract_ignore = "undocumented-field usage.cost in openrouter"
usage_contract_urls = ["http://gw.test = openrouter"]
usage_contract_documents = "docs/PageUsage.md = page/chat POST api.page.example/v1/chat"
"""
INI = """
[pytest]
usage_contract = true
usage_contract_fail_on = accounting,drift
usage_contract_require = openrouter any
usage_contract_demand = orq/deployments_invoke
usage_contract_min_coverage = 12.5
usage_contract_baseline = known.toml
usage_contract_ignore =
    undocumented-field usage.cost in openrouter
usage_contract_urls =
    http://gw.test = openrouter
usage_contract_documents = docs/PageUsage.md = page/chat POST api.page.example/v1/chat
"""
native = pytest.mark.skipif(pytest.version_tuple < (9,), reason="a native table came with pytest 9")
FORMS = [
    pytest.param("pytest.toml", NATIVE, marks=native),
    pytest.param("pyproject.toml", NATIVE.replace("[pytest]", "[tool.pytest]"), marks=native),
    ("pyproject.toml", INI_IN_TOML),
    ("pytest.ini", INI),
]


@pytest.mark.parametrize("name, text", FORMS)
def test_every_form_of_configuration_says_the_same(run, pytester, name, text):
    (pytester.path / "pytest.ini").unlink()
    (pytester.path / name).write_text(text)
    pytester.makepyfile(
        test_it="from shop import *\ndef test_it(): respond(DRIFTED, url='http://gw.test/api/alpha/responses')"
    )
    pytester.path.joinpath("known.toml").write_text("")
    ran = run("test_it.py", "--usage-contract-report=report.json")
    assert (ran.code, ran.report["unused_urls"]) == (OK, [])
    assert ran.report["settings"] == {
        "fail_on": ["accounting", "drift"],
        "strict": False,
        "require": ["openrouter", "any"],
        "demand": ["orq/deployments_invoke"],
        "min_coverage": 12.5,
        "baseline": "known.toml",
        "configuration": name,
    }
    assert ran.each("ignored") == {"undocumented-field usage.cost": {"ini file": 1}}


@native
@pytest.mark.parametrize(
    "line", ['usage_contract_fail_on = "drift"', "usage_contract_baseline = 3", "usage_contract = 1"]
)
def test_a_native_value_of_another_type_is_a_misuse_that_names_its_key(run, pytester, line):
    (pytester.path / "pytest.ini").unlink()
    (pytester.path / "pytest.toml").write_text(f"[pytest]\n{line}\n")
    ran = run("test_usages.py", *(["--usage-contract"] if "usage_contract =" not in line else []))
    assert ran.code == MISUSE
    (told,) = [error for error in ran.errors if error.startswith("ERROR: ")]
    assert told.startswith(f"ERROR: {line.partition(' ')[0]}: ")
