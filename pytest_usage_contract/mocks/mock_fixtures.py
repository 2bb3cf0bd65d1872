"""The mocks as pytest sees them: two fixtures, one marker, and the failure of a test whose request nobody answered.

Imported in every run, so that nothing heavy is imported here before a test asks for it.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

    from pytest_usage_contract.mocks.usage_mocks import UsageMocks
    from pytest_usage_contract.payloads.counterexamples import Counterexample
    from pytest_usage_contract.payloads.examples import Example
    from pytest_usage_contract.providers.routes import MappedUrl

EXAMPLES_MARKER: Final = "usage_examples"

EXAMPLES_MARKER_LINE: Final = (
    f"{EXAMPLES_MARKER}(*names, broken=False): run once per example of these contracts, with its mock mounted"
)

_EXAMPLE_FIXTURE: Final = "usage_example"

_URLS_OPTION: Final = "usage_contract_urls"

_MOCKS: Final = pytest.StashKey["UsageMocks"]()


@pytest.fixture
def usage_mock(request: pytest.FixtureRequest) -> "Iterator[UsageMocks]":
    """Answer an SDK's own call with an example: `usage_mock("openrouter")`, `usage_mock("atoma", example="zero")`."""
    from pytest_usage_contract.mocks.usage_mocks import UsageMocks  # noqa: PLC0415 - brings respx

    mocks = UsageMocks(_read_mapped_urls(request.config))
    request.node.stash[_MOCKS] = mocks
    with mocks:
        yield mocks
    mocks.verify()


@pytest.fixture
def usage_example(request: pytest.FixtureRequest) -> "Example | Counterexample":
    """The example that this run of a test marked `usage_examples` is about; its mock is mounted."""
    if not hasattr(request, "param"):
        raise pytest.UsageError(
            f"{request.node.nodeid}: {_EXAMPLE_FIXTURE} needs @pytest.mark.{EXAMPLES_MARKER}('provider/endpoint')"
        )
    example: Example | Counterexample = request.param
    request.getfixturevalue("usage_mock")(example.contract, example=example)
    return example


def _read_mapped_urls(config: pytest.Config) -> "list[MappedUrl]":
    """Return the gateways of `usage_contract_urls`, which are mocked like the hosts that they stand for."""
    from pytest_usage_contract.providers.routes import MappedUrl  # noqa: PLC0415 - brings pydantic

    return [MappedUrl.read(line) for line in config.getini(_URLS_OPTION)]


def _list_examples(name: str, *, broken: bool = False) -> "list[ParameterSet]":
    """Return the parameters of a test that is run for each example of what *name* means: of a provider, its default.

    With *broken* set, for each counterexample. Raise `LookupError` where *name* means nothing.
    """
    from pytest_usage_contract.payloads import counterexamples, examples  # noqa: PLC0415 - the same
    from pytest_usage_contract.providers.registry import contracts_named  # noqa: PLC0415 - brings pydantic

    named = contracts_named(name)
    return [
        pytest.param(example, id=str(example))
        for contract in [one for one in named if one.default] or named
        for example in (counterexamples(contract) if broken else examples(contract))
    ]


def _read_marker(mark: pytest.Mark) -> "list[ParameterSet]":
    unknown = mark.kwargs.keys() - {"broken"}
    if unknown or not mark.args or not all(isinstance(name, str) for name in mark.args):
        raise ValueError(f"it takes names of contracts or providers, and broken=True, not {mark.args} {mark.kwargs}")
    return [case for name in mark.args for case in _list_examples(name, broken=mark.kwargs.get("broken", False))]


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a marked test once per example; for `pytest_generate_tests`."""
    try:
        cases = [case for mark in metafunc.definition.iter_markers(EXAMPLES_MARKER) for case in _read_marker(mark)]
    except (LookupError, ValueError):
        return  # `add_fixture` says what is wrong, where it ends the run
    if cases:
        if _EXAMPLE_FIXTURE not in metafunc.fixturenames:
            metafunc.fixturenames.append(_EXAMPLE_FIXTURE)
        metafunc.parametrize(_EXAMPLE_FIXTURE, cases, indirect=True)


def add_fixture(item: pytest.Item) -> None:
    """Let a test that is marked have its mock though it may not ask for it; for `pytest_itemcollected`.

    Raise `pytest.UsageError` for a marker that means nothing here.
    """
    names = getattr(item, "fixturenames", None)
    if names is None or _EXAMPLE_FIXTURE not in getattr(getattr(item, "callspec", None), "params", ()):
        raise pytest.UsageError(f"{item.nodeid}: @pytest.mark.{EXAMPLES_MARKER}: {_explain_refusal(item)}")
    if _EXAMPLE_FIXTURE not in names:
        names.append(_EXAMPLE_FIXTURE)
    if any(mark.kwargs.get("broken") for mark in item.iter_markers(EXAMPLES_MARKER)):
        # Broken on purpose: the run does not judge what it gets, unless a marker of the test's own asks for that.
        item.add_marker(pytest.mark.usage_contract(enabled=False))


def _explain_refusal(item: pytest.Item) -> str:
    try:
        for mark in item.iter_markers(EXAMPLES_MARKER):
            _read_marker(mark)
    except (LookupError, ValueError) as refusal:
        return str(refusal.args[0])
    return (
        "a test of unittest.TestCase cannot be run once per example; make it a function, or a method of a plain class"
    )


def fail_unanswered(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test if a request of its call was not answered; around `pytest_runtest_call`."""
    __tracebackhide__ = True
    try:
        result = yield
    except Exception as error:
        _verify_mocks(item, error)
        raise
    _verify_mocks(item, None)
    return result


def _verify_mocks(item: pytest.Item, failure: Exception | None) -> None:
    __tracebackhide__ = True
    mocks = item.stash.get(_MOCKS, None)
    if mocks is None:
        return
    try:
        mocks.verify()
    except AssertionError as error:
        from pytest_usage_contract.api import without_traceback  # noqa: PLC0415 - brings pydantic

        if failure is None:
            raise without_traceback(error) from None
        if str(error) not in str(failure):  # an SDK has wrapped it
            item.add_report_section("call", "usage_mock", str(error))
