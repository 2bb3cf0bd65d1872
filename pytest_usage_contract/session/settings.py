"""The settings of a run and the policies of its tests: markers, command line, ini file.

A marker is louder than the command line, and the command line louder than the ini file. Names of contracts are
settled when the tests are collected: until then a `conftest.py` may bring the contract that is meant.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_usage_contract.session.misuse import refused_misuse
from pytest_usage_contract.session.options import SPANS, folder_of_ini, is_active, name_origin, read_ini, read_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_usage_contract.core.codes import Kind
    from pytest_usage_contract.core.contract import Contract
    from pytest_usage_contract.core.policy import Policy
    from pytest_usage_contract.providers.routes import MappedUrl

MARKER: Final = "usage_contract"
MARKER_LINE: Final = (
    f"{MARKER}(fail_on=..., ignore=['CODE PATH in NAME'], demand=True, enabled=True): which usage fails this test"
)
ARGUMENTS: Final = ("fail_on", "ignore", "demand", "enabled")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a run; *active* is whether it captures and gates at all.

    *require* are names of contracts, of providers of which one contract will do, or `any`; *policy* is that of a
    test without a marker; *spans* says whether bookings by spans are held against the responses.
    """

    active: bool
    policy: "Policy"
    reports: tuple[Path, ...] = ()
    require: tuple[str, ...] = ()
    demand: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_coverage: float | None = None
    baseline: Path | None = None
    update_baseline: bool = False
    spans: bool = False
    urls: tuple[str, ...] = ()
    mapped: "tuple[MappedUrl, ...]" = ()


def read_settings(config: pytest.Config) -> Settings:
    """Read them all, names as they were given; raises `pytest.UsageError` for what cannot be obeyed."""
    from pytest_usage_contract.core.policy import (  # noqa: PLC0415 - needed by few runs
        DEFAULT,
        Policy,
        parse_kinds,
        parse_percent,
    )
    from pytest_usage_contract.providers.routes import MappedUrl  # noqa: PLC0415 - brings pydantic

    def read_kinds(given: "str | list[str]") -> "tuple[Kind, ...]":
        return parse_kinds(given if isinstance(given, str) else ",".join(part.strip(", ") for part in given))

    def read_folder(given: str) -> Path:
        invoked = config.getoption("usage_contract_baseline") is not None
        return (config.invocation_params.dir if invoked else folder_of_ini(config)) / given

    urls = tuple(read_ini(config, "usage_contract_urls"))
    with refused_misuse(config, "usage_contract_urls"):
        mapped = tuple(map(MappedUrl.read, urls))
    return Settings(
        active=is_active(config),
        policy=Policy(read_option(config, "fail_on", read_kinds, DEFAULT)),
        reports=tuple(config.invocation_params.dir / path for path in config.getoption("usage_contract_report") or ()),
        require=read_option(config, "require", tuple, ()),
        demand=read_option(config, "demand", tuple, ()),
        ignore=tuple(read_ini(config, "usage_contract_ignore")),
        min_coverage=read_option(config, "min_coverage", parse_percent, None),
        baseline=read_option(config, "baseline", read_folder, None),
        update_baseline=bool(config.getoption("usage_contract_update_baseline")),
        spans=bool(read_ini(config, SPANS)),
        urls=urls,
        mapped=mapped,
    )


def settle_names(config: pytest.Config, settings: Settings) -> Settings:
    """Return the settings with what their names mean now; raises `pytest.UsageError` for one that means nothing."""
    from pytest_usage_contract.providers import naming  # noqa: PLC0415 - brings pydantic

    with refused_misuse(config, name_origin(config, "require")):
        require = naming.settle_required(settings.require)
    with refused_misuse(config, name_origin(config, "demand")):
        demand = naming.settle_demanded(settings.demand)
    with refused_misuse(config, "usage_contract_ignore"):
        ignore = tuple(naming.read_ignores(settings.ignore, "ini file"))
    policy = replace(settings.policy, demand=demand, ignore=ignore)
    return replace(settings, require=require, demand=tuple(sorted(demand)), policy=policy)


def policy_of(item: pytest.Item, settings: Settings) -> "Policy":
    """Return the policy of one test: what its markers say, the nearest first, else the run's.

    Raises `pytest.UsageError` that names the test for a marker that cannot be obeyed.
    """
    policy, markers = settings.policy, [*item.iter_markers(MARKER)]
    if markers:
        with refused_misuse(item.config, f"{item.nodeid}: @pytest.mark.{MARKER}"):
            for marker in reversed(markers):
                policy = _apply_marker(policy, marker)
    return policy


def _apply_marker(policy: "Policy", marker: pytest.Mark) -> "Policy":
    from pytest_usage_contract.core.policy import EVERYTHING, parse_kinds  # noqa: PLC0415 - needed by few runs
    from pytest_usage_contract.providers.naming import read_ignores  # noqa: PLC0415 - brings pydantic

    unknown = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in ARGUMENTS)]
    if unknown:
        raise ValueError(f"it does not take {', '.join(unknown)}; it takes {', '.join(ARGUMENTS)}")
    told: dict[str, Any] = dict(marker.kwargs)
    for switch in {"demand", "enabled"} & told.keys():
        if not isinstance(told[switch], bool):
            raise TypeError(f"{switch} is {told[switch]!r}; it is True or False")
    if "fail_on" in told:
        policy = replace(policy, fail_on=parse_kinds(told["fail_on"]))
    if "demand" in told:
        policy = replace(policy, demand=frozenset([EVERYTHING] if told["demand"] else []))
    ignore = (*policy.ignore, *read_ignores(told.get("ignore", ()), "marker"))
    return replace(policy, ignore=ignore, enabled=told.get("enabled", policy.enabled))


def pytest_usage_contracts() -> "Contract | Iterable[Contract]":  # type: ignore[empty-body]  # a hook has none
    """Bring contracts of one's own: called once for each `conftest.py`, when a contract is first looked up."""
