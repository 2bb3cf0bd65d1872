"""Every legal and illegal shape of a usage, derived from its contract: what mocks answer with and tests try."""

from pytest_usage_contract.payloads.counterexamples import Counterexample, counterexamples
from pytest_usage_contract.payloads.examples import Example, examples

__all__ = ["Counterexample", "Example", "counterexamples", "examples"]
