"""Each call of the table in `sdk_calls.py`: what an SDK shows of kept and broken counts, and what the plugin says."""

import re
from fnmatch import fnmatch
from operator import attrgetter
from pkgutil import resolve_name

import cohere
import fireworks
import httpx
import pytest
from drift_diary import CLASSES, CLASSLESS, FURTHER
from sdk_calls import ASK, CALLS, KINDS, perform, read_as
from sdk_page import read_rows

from pytest_usage_contract import counterexamples, examples, find_contract
from pytest_usage_contract.mocks import UsageMockError, UsageMocks
from pytest_usage_contract.mocks.answers import make_body, make_chunks

MODULE = """
import pytest
from drift_diary import CLASSES, CLASSLESS, FURTHER
from sdk_calls import CALLS, perform


@pytest.mark.parametrize("example", {examples})
@pytest.mark.parametrize("kind, url", {urls})
def test_it(usage_mock, kind, url, example):
    if not url:
        usage_mock({call.contract!r}, example=example)
    perform(CALLS[{number}], kind, url)
"""


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(params=CALLS, ids=str)
def call(request):
    return request.param


def find_example(call, name):
    contract = find_contract(call.contract)
    return next(one for one in (*examples(contract), *counterexamples(contract)) if one.name == name)


def write_answer(call, name):
    place, usage = find_contract(call.contract).documented, find_example(call, name).usage
    if call.streams:
        return b"".join(make_chunks(place, place.stream, usage, True))
    return make_body(place, usage)


@pytest.fixture
def show(provider, call, kind):
    """Return the object that the SDK makes of an example."""

    def show(name):
        if kind in call.sdk.beyond:
            provider.answers.clear()
            provider.answer(write_answer(call, name))
            return perform(call, kind, provider.url)
        with UsageMocks() as mocks:
            mocks(call.contract, example=name)
            return perform(call, kind)

    return show


def test_an_sdk_shows_the_usage(show, call):
    usage = find_example(call, "full").usage
    assert read_as(show("full"), usage) == usage


@pytest.mark.parametrize("kind", ["sync"])
def test_a_class_that_an_sdk_shows_is_one_that_the_diary_holds(show, call):
    held = [document for name, document in (*CLASSES.items(), *FURTHER) if name == call.contract]
    assert call.contract in CLASSLESS or type(show("full")) in map(resolve_name, held)


def test_an_sdk_makes_of_a_broken_count_what_the_table_says(show, call):
    for name, made_of_it in call.broken.items():
        try:
            found = attrgetter(name.partition("-")[0])(show(name))
        except Exception as refusal:  # noqa: BLE001 - which one it is stands in the table
            found = type(refusal).__name__
        assert (name, found) == (name, made_of_it)


def test_what_is_kept_passes_and_what_is_broken_fails_with_its_code_and_path(watched, provider, call):
    answers = ("full", *call.broken)
    urls = {kind: provider.url if kind in call.sdk.beyond else "" for kind in KINDS}
    for name in answers * len(call.sdk.beyond):
        provider.answer(write_answer(call, name))

    module = MODULE.format(call=call, number=CALLS.index(call), urls=[*urls.items()], examples=answers)
    result = watched(module, "--tb=native", mapped=(call.contract.partition("/")[0],))

    result.assert_outcomes(passed=2, failed=2 * len(call.broken))
    found = re.search(
        rf"^{call.contract}  (\d+) checked, \d+ kept(?:, (\d+) mocked)?", str(result.stdout), re.MULTILINE
    )
    assert sum(int(count or 0) for count in found.groups()) == 2 * len(answers)
    for name in call.broken:
        fault = find_example(call, name)
        result.stdout.re_match_lines([rf"fails +{fault.code} +{re.escape(fault.path)} +in {call.contract}, 2 times .*"])


BEYOND = {(call.sdk.package, kind): call for call in CALLS for kind in call.sdk.beyond}


@pytest.mark.parametrize("package, kind", BEYOND)
def test_a_mock_names_the_client_that_it_cannot_reach(package, kind):
    call = BEYOND[package, kind]
    with UsageMocks() as mocks:
        mocks(call.contract)
        with pytest.raises(Exception, match=r"(?i)connection|no mock"):
            perform(call, kind)
    with pytest.raises(UsageMockError, match=f" through {'requests' if kind == 'sync' else 'aiohttp'}; "):
        mocks.verify()


@pytest.mark.parametrize(
    "contract, make, ask",
    [
        (
            "cohere/chat",
            lambda client: cohere.AsyncClientV2("key", httpx_client=client),
            lambda sdk: sdk.chat(**ASK),
        ),
        (
            "fireworks/chat_completions",
            lambda client: fireworks.AsyncFireworks(api_key="key", http_client=client),
            lambda sdk: sdk.chat.completions.create(**ASK),
        ),
    ],
)
async def test_a_mock_answers_an_async_client_that_is_given_one_of_httpx(contract, make, ask):
    with UsageMocks() as mocks:
        mock = mocks(contract)
        async with httpx.AsyncClient() as client:
            await ask(make(client))
        assert mock.calls.call_count == 1


def test_the_page_of_sdks_tells_of_each_call_and_of_what_a_mock_answers():
    rows = read_rows()
    for call in CALLS:
        told = [row for row in rows if row.package == call.sdk.package]
        assert any(fnmatch(call.contract, name) for row in told for name in row.contracts), call
        assert told[0].mocked == tuple(kind for kind in KINDS if kind not in call.sdk.beyond), call
