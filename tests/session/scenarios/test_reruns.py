"""A test that is run again until its usage is kept."""

import pytest
from shop import BROKEN, KEPT, respond

usages = iter([BROKEN, {**BROKEN, "cost": 1}, KEPT])


@pytest.mark.flaky(reruns=2)
def test_flaky():
    respond(next(usages))
