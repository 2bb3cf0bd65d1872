"""By which names a contract is found, and what is said where it is not."""

from importlib import import_module
from importlib.metadata import EntryPoint

import pytest

from pytest_usage_contract.core.accounting import Part
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import Count, Usage
from pytest_usage_contract.providers import registry
from pytest_usage_contract.providers.registry import contracts, contracts_named, find_contract, register
from pytest_usage_contract.providers.sources import note_change


class Flat(Usage):
    tokens: Count


def own(name="own/call", document="OwnUsage", **more):
    return Contract(name=name, source=Source(document=document, package="own"), usage=Flat, **more)


ONE = own("solo/call", "SoloUsage", aliases=("SoloAlias",))
CALL, OTHER, DEFAULT = own(), own("own/other"), own("own/default", "OwnDefault", default=True)


@pytest.fixture
def registered():
    """Lets a test register contracts, which are gone after it."""
    undone = []
    yield lambda *new: undone.append(register(new))
    for undo in reversed(undone):
        undo()


FOUND = {
    "solo/call": ONE,
    "SoloUsage": ONE,
    "SoloAlias": ONE,
    "solo": ONE,
    "own/call": CALL,
    "own/other": OTHER,
    "OwnDefault": DEFAULT,
    "own": DEFAULT,
}

# Each with its whole message, but for the names of all contracts at its end.
NOT_FOUND = {
    "": "no contract is called '' (there are ",
    "zzzzzzzzzz": "no contract is called 'zzzzzzzzzz' (there are ",
    "SoloUsege": "no contract is called 'SoloUsege', did you mean 'SoloUsage'? (there are ",
    "OwnUsage": "'OwnUsage' may mean own/call or own/other; say which",
}


@pytest.mark.parametrize("name, contract", FOUND.items())
def test_a_contract_is_found(registered, name, contract):
    registered(ONE, CALL, OTHER, DEFAULT)
    assert find_contract(name) is contract


@pytest.mark.parametrize("name, message", NOT_FOUND.items())
def test_a_name_that_means_no_contract_or_several_is_a_misuse(registered, name, message):
    registered(ONE, CALL, OTHER, DEFAULT)
    with pytest.raises(LookupError) as refusal:
        find_contract(name)
    there_are = f"{', '.join(map(str, contracts()))})" if message.endswith("(there are ") else ""
    assert str(refusal.value) == message + there_are


def test_a_provider_means_all_its_contracts_and_a_document_all_that_share_it(registered):
    registered(CALL, OTHER, DEFAULT)
    assert contracts_named("own") == (CALL, OTHER, DEFAULT)
    assert contracts_named("OwnUsage") == (CALL, OTHER)


def test_a_contract_of_ones_own_is_there_until_it_is_taken_away():
    before = contracts()
    take_away = register([CALL, OTHER])
    assert contracts() == (*before, CALL, OTHER)
    assert contracts_named("own") == (CALL, OTHER)
    take_away()
    assert contracts() == before
    with pytest.raises(LookupError):
        contracts_named("own")


@pytest.mark.parametrize(
    "new, error, message",
    [
        ([3], TypeError, "3 is not a Contract"),
        (
            [own(), own("taken/call", "Other")],
            ValueError,
            "two contracts are named taken/call, of OwnUsage of own and of Other of own; rename one",
        ),
        (
            [own(), own()],
            ValueError,
            "two contracts are named own/call, of OwnUsage of own and of OwnUsage of own; rename one",
        ),
        (3, TypeError, "3 is neither a Contract nor a list of them"),
        ("own/call", TypeError, "'own/call' is neither a Contract nor a list of them"),
        (
            [own(accounting=(Part("cached", whole="tokens"),))],
            ValueError,
            "own/call: the rule «cached inside tokens» speaks of cached, no documented count",
        ),
    ],
)
def test_what_cannot_be_registered_is_refused_and_nothing_is_registered(registered, new, error, message):
    registered(own("taken/call"))
    before = contracts()
    with pytest.raises(error) as refusal:
        register(new)
    assert str(refusal.value) == message
    assert contracts() == before


def test_one_s_own_contract_with_the_name_of_a_built_in_stands_in_its_place():
    documented = contracts()[0]
    stand_in = own(documented.name)
    take_away = register([stand_in])
    assert find_contract(documented.name) is stand_in
    assert documented not in contracts()
    assert stand_in in contracts()
    take_away()
    assert find_contract(documented.name) is documented


class Package:
    """A package that is installed while a test runs, with an entry point for what its module's *text* declares."""

    def __init__(self, monkeypatch, tmp_path):
        self._monkeypatch, self._folder = monkeypatch, tmp_path
        monkeypatch.syspath_prepend(tmp_path)

    def install(self, name, text):
        (self._folder / f"{name}.py").write_text(f"from pytest_usage_contract.providers.registry import *\n{text}")
        point = EntryPoint(name, f"{name}:CONTRACTS", registry.GROUP)
        self._monkeypatch.setattr(registry, "_entry_points", lambda: (point,))
        note_change()


@pytest.fixture
def package(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        yield Package(patch, tmp_path)
    note_change()


MINE = "from dataclasses import replace\nMINE = replace(find_contract('atoma/completions'), name='mine/completions')\n"


@pytest.mark.parametrize("brought, name", [("MINE", "brings_one"), ("[MINE]", "brings_several")])
@pytest.mark.parametrize("first", [False, True], ids=["asked", "imported first"])
def test_a_package_brings_contracts_and_may_extend_a_built_in_one(package, brought, name, first):
    name += "_first" * first
    package.install(name, f"{MINE}CONTRACTS = {brought}")
    if first:
        import_module(name)
    assert find_contract("mine/completions") is import_module(name).MINE


@pytest.mark.parametrize("text, why", [("CONTRACTS = 3", "3 is neither"), ("", "CONTRACTS"), ("import nope_", "nope_")])
def test_a_package_that_brings_none_is_named(package, text, why):
    package.install(f"brings_{why[0]}", text)
    with pytest.raises(ValueError, match=f"the entry point brings_{why[0]} = brings_{why[0]}:CONTRACTS .*{why}"):
        contracts()
