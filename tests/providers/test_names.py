"""By which names a contract is found, and what is said where it is not."""

import pytest

from pytest_usage_contract.core.accounting import Part
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import Count, Usage
from pytest_usage_contract.providers import registry
from pytest_usage_contract.providers.registry import contracts, contracts_named, find_contract, register


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
        ([own(), own("taken/call")], ValueError, "there is a contract named taken/call already"),
        ([own(), own()], ValueError, "there is a contract named own/call already"),
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


@pytest.mark.parametrize("brought, there", [(CALL, {CALL}), ([CALL, OTHER], {CALL, OTHER})], ids=["one", "several"])
def test_a_package_brings_contracts_by_its_entry_point(monkeypatch, brought, there):
    class Point:
        def load(self):
            return brought

    def forget():
        registry._from_packages.cache_clear()
        registry._forget()

    before = contracts()
    forget()
    monkeypatch.setattr(registry, "entry_points", lambda *, group: [Point()] if group == "usage_contracts" else [])
    assert {*contracts()} - {*before} == there
    forget()
