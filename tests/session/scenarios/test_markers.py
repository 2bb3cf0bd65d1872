"""Markers, the nearest of which counts, and adds to what others ignore."""

import pytest
from shop import BROKEN, DRIFTED, respond, signed


def test_unmarked():
    respond(DRIFTED)


@pytest.mark.usage_contract(fail_on="drift")
def test_drift():
    respond(DRIFTED)


@pytest.mark.usage_contract(fail_on="none", ignore="undocumented-field usage.cost")
class TestIgnoring:
    def test_ignored(self):
        respond(DRIFTED)

    @pytest.mark.usage_contract(fail_on=["schema", "drift"], ignore=["wrong-type"])
    def test_both(self):
        respond({**BROKEN, "cost": 1})

    @pytest.mark.usage_contract(fail_on="all")
    def test_another(self):
        respond(signed("price"))


@pytest.mark.usage_contract(enabled=False)
def test_disabled():
    respond(BROKEN)
