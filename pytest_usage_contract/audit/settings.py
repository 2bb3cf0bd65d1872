"""What an audit was told: by its options, and where they say nothing by the project, as a run under pytest is."""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pytest_usage_contract.audit.plan import Plan
from pytest_usage_contract.audit.reading import Reading
from pytest_usage_contract.core.policy import DEFAULT, Policy, parse_kinds, parse_percent
from pytest_usage_contract.project import Project
from pytest_usage_contract.providers.naming import read_ignores, settle_demanded, settle_required
from pytest_usage_contract.providers.registry import contracts_named
from pytest_usage_contract.providers.routes import MappedUrl
from pytest_usage_contract.reports import check_writable
from pytest_usage_contract.reports.baseline import Baseline, read_baseline
from pytest_usage_contract.reports.report import Demands

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides over what was found, and where that is written; *urls* are the mapped lines of the command."""

    policy: Policy
    demands: Demands
    baseline: Baseline | None = None
    baseline_path: Path | None = None
    update_baseline: bool = False
    reports: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()


def read_settings(given: argparse.Namespace, project: Project) -> Settings:
    """Read them; raise `ValueError` or `LookupError` for what cannot be obeyed."""
    policy = Policy(
        fail_on=_read(
            given.fail_on,
            ",".join(word.strip(",") for word in project.words("usage_contract_fail_on")),
            parse_kinds,
            DEFAULT,
        ),
        ignore=(
            *read_ignores(project.lines("usage_contract_ignore"), "ini file"),
            *read_ignores(given.ignore, "command line"),
        ),
        demand=settle_demanded(given.demand or project.words("usage_contract_demand")),
    )
    said = project.lines("usage_contract_baseline")
    path = given.baseline or (project.folder / said[0] if said else None)
    if given.update_baseline and path is None:
        raise ValueError("--update-baseline needs --baseline")
    for report in given.report:
        check_writable(report)
    configuration = project.configuration
    return Settings(
        policy=policy,
        demands=Demands(
            fail_on=policy.fail_on,
            require=settle_required(given.require or project.words("usage_contract_require")),
            demand=tuple(sorted(policy.demand)),
            min_coverage=_read(
                given.min_coverage, "".join(project.words("usage_contract_min_coverage")), parse_percent, None
            ),
            baseline=os.path.relpath(path) if path else None,
            configuration=Path(os.path.relpath(configuration)).as_posix() if configuration else "",
            strict=given.strict,
        ),
        baseline=read_baseline(path, may_be_new=given.update_baseline) if path else None,
        baseline_path=path,
        update_baseline=given.update_baseline,
        reports=tuple(given.report),
        urls=tuple(line for line in given.url if is_mapping(line)),
    )


def read_plan(given: argparse.Namespace, project: Project) -> Plan:
    """Return the plan that the options and the project make; raise `ValueError` or `LookupError` as above."""
    lines = [line for line in given.url if is_mapping(line)]
    addresses = [line for line in given.url if not is_mapping(line)]
    plan = Plan(
        contract=given.contract or "",
        url=addresses[-1] if addresses else "",
        mapped=tuple(MappedUrl.read(line).line for line in (*project.lines("usage_contract_urls"), *lines)),
        reading=Reading(body=given.body, url_at=given.url_at),
        sample=given.sample,
    )
    for name in (plan.contract, *(MappedUrl.read(line).name for line in plan.mapped)):
        if name:
            contracts_named(name)
    return plan


def is_mapping(line: str) -> bool:
    """Tell whether a `--url` maps one, `URL = NAME`, or is one."""
    return "=" in line.partition("?")[0]


def _read(given: str | None, said: str, parse: Callable[[str], T], unset: T) -> T:
    """Return what an option says, or else the project, as *parse* reads it."""
    told = said if given is None else given
    return parse(told) if told else unset
