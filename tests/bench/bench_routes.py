"""The time of a look-up at 1,000 contracts, against that at 5, whether a call was seen before or not."""

from dataclasses import replace
from itertools import count

import pytest
from toy import TOY

from pytest_usage_contract.core.contract import Endpoint
from pytest_usage_contract.providers.routes import Routes

HOSTS = {"a host each": "api{}.own.test", "all at one host": "api.own.test", "a pattern each": "*.api{}.test"}


def contracts(number, host):
    """So many contracts, each with one endpoint of its own."""
    for each in range(number):
        endpoint = Endpoint(path=f"/v1/{{model}}/call{each}", hosts=(host.format(each),))
        yield replace(TOY, name=f"own/call{each}", endpoints=(endpoint,))


def known(number, host):
    """A look-up of one call again and again."""
    routes, host = Routes(among=contracts(number, host)), host.format(3).replace("*", "eu")
    assert routes.find("POST", host, "/v1/nova/call3") is not None
    return lambda: routes.find("POST", host, "/v1/nova/call3")


def new(number, host):
    """A look-up of a call whose path was never seen before."""
    routes, host, paths = Routes(among=contracts(number, host)), host.format(3).replace("*", "eu"), count()
    assert routes.find("POST", host, "/v1/nova/call3") is not None
    return lambda: routes.find("POST", host, f"/v1/{next(paths)}/call3")


@pytest.mark.parametrize("where", HOSTS)
@pytest.mark.parametrize("look_up", [known, new])
def test_look_up(table, look_up, where):
    jobs = {"5 contracts": look_up(5, HOSTS[where]), "1,000 contracts": look_up(1000, HOSTS[where])}
    kind = "seen before" if look_up is known else "with a path that is new"
    table(f"The look-up of a call {kind}, {where}", jobs, {"1,000 contracts": 2})
