"""By which names a contract is found, and what is said where it is not."""

import re

import pytest

from pytest_usage_contract import contracts as package
from pytest_usage_contract.contracts import contracts, find_contract, meant_by, register
from pytest_usage_contract.core.accounting import Part
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.usage import Count, Usage

ALL = ", ".join(map(str, contracts()))


class Flat(Usage):
    tokens: Count


def own(name="own/call", **more):
    return Contract(name=name, source=Source(document="OwnUsage", package="own"), usage=Flat, **more)


@pytest.mark.parametrize(
    "name, contract",
    [
        ("openrouter/alpha_responses", "openrouter/alpha_responses"),
        ("PostApiAlphaResponsesUsage", "openrouter/alpha_responses"),
        ("openrouter", "openrouter/alpha_responses"),
        ("atoma", "atoma/completions"),
        ("Usage", "atoma/completions"),
        ("orq/images_edits", "orq/images_edits"),
        ("DeploymentInvokeUsage", "orq/deployments_invoke"),
    ],
)
def test_a_contract_is_found(name, contract):
    assert find_contract(name).name == contract


@pytest.mark.parametrize(
    "name, message",
    [
        ("nobody", f"no contract is called 'nobody' (there are {ALL})"),
        ("openruter", f"no contract is called 'openruter', did you mean 'openrouter'? (there are {ALL})"),
        (
            "orq",
            "'orq' may mean orq/deployments_invoke or orq/images_generations or orq/images_edits; say which",
        ),
    ],
)
def test_a_name_that_means_no_contract_or_several_is_a_misuse(name, message):
    with pytest.raises(LookupError, match=f"^{re.escape(message)}$"):
        find_contract(name)


def test_a_provider_may_mean_several_contracts():
    assert [contract.name for contract in meant_by("orq")] == [
        "orq/deployments_invoke",
        "orq/images_generations",
        "orq/images_edits",
    ]


def test_a_contract_of_ones_own_is_found_until_it_is_taken_away():
    take_away = register([own(), own("own/other", default=True)])
    assert contracts()[-2:] == meant_by("own")
    assert find_contract("own").name == "own/other"
    assert find_contract("own/call").name == "own/call"
    take_away()
    with pytest.raises(LookupError):
        find_contract("own")


@pytest.mark.parametrize(
    "new, error, message",
    [
        ([Flat], TypeError, "<class 'test_names.Flat'> is not a Contract"),
        ([own("atoma/completions")], ValueError, "there is a contract named atoma/completions already"),
        ([own(), own()], ValueError, "there is a contract named own/call already"),
        (
            [own(accounting=(Part("cached", whole="tokens"),))],
            ValueError,
            "own/call: the rule «cached inside tokens» speaks of cached, no documented count",
        ),
    ],
)
def test_what_cannot_be_registered_is_refused_and_nothing_is_registered(new, error, message):
    before = contracts()
    with pytest.raises(error) as refusal:
        register(new)
    assert str(refusal.value).replace("tests.contracts.", "") == message
    assert contracts() == before


@pytest.mark.parametrize("brought", [own(), [own(), own("own/other")]], ids=["one", "several"])
def test_a_package_brings_contracts_by_its_entry_point(monkeypatch, brought):
    class Point:
        def load(self):
            return brought

    package._from_packages.cache_clear()
    monkeypatch.setattr(package, "entry_points", lambda *, group: [Point()] if group == "usage_contracts" else [])
    assert "own/call" in map(str, contracts())
    package._from_packages.cache_clear()


def test_the_package_of_contracts_is_the_public_function_too():
    assert package() == contracts()
