"""The settings of a run and the policies of its tests: markers, command line, ini file.

A marker is louder than the command line, and the command line louder than the ini file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_usage_contract.core.codes import Kind
    from pytest_usage_contract.core.contract import Contract
    from pytest_usage_contract.core.policy import Policy
    from pytest_usage_contract.providers.routes import MappedUrl

MARKER: Final = "usage_contract"
MARKER_LINE: Final = f"{MARKER}(fail_on=..., ignore=['CODE PATH'], enabled=True): which usage fails this test"
NEEDS_THE_FLAG: Final = {
    "usage_contract_report": "--usage-contract-report",
    "usage_contract_require": "--usage-contract-require",
    "usage_contract_min_coverage": "--usage-contract-min-coverage",
    "usage_contract_update_baseline": "--usage-contract-update-baseline",
}


def add_options(parser: pytest.Parser) -> None:
    """Declare every option, on the command line and in the ini file."""
    group = parser.getgroup("usage-contract", "token usage in LLM API responses, judged against the documentation")
    option = group.addoption
    option(
        "--usage-contract",
        action="store_true",
        default=None,
        help="judge the usage in every response that the tests receive and a contract covers",
    )
    option(
        "--no-usage-contract", action="store_false", dest="usage_contract", help="do not, whatever the ini file says"
    )
    option(
        "--usage-contract-fail-on", metavar="KINDS", help="kinds that fail: schema,accounting,drift, or all, or none"
    )
    option(
        "--usage-contract-report",
        metavar="PATH",
        action="append",
        help="write a report; its form by its suffix: .json, .md, .html or .sarif (repeatable)",
    )
    option(
        "--usage-contract-require",
        metavar="NAME",
        action="append",
        help="fail the run unless this contract was exercised (repeatable)",
    )
    option(
        "--usage-contract-min-coverage",
        metavar="N",
        help="fail the run unless N percent of the documented fields were seen",
    )
    option("--usage-contract-baseline", metavar="PATH", help="file of findings that the team has accepted")
    option("--usage-contract-update-baseline", action="store_true", default=None, help="accept what is found now")
    for name, kind, text in (
        ("usage_contract", "bool", "judge every run, as --usage-contract does"),
        ("usage_contract_fail_on", "string", "kinds that fail, as --usage-contract-fail-on"),
        ("usage_contract_require", "args", "contracts that must have been exercised"),
        ("usage_contract_min_coverage", "string", "percent of documented fields that must have been seen"),
        ("usage_contract_baseline", "string", "file of accepted findings, relative to the ini file"),
        ("usage_contract_urls", "linelist", "gateways and test servers: http://host:port/path = provider/endpoint"),
        (
            "usage_contract_documents",
            "linelist",
            "contract files and documents: contracts/chat.json, or docs/Usage.md = acme/chat POST host/path",
        ),
    ):
        many = kind in ("args", "linelist")
        parser.addini(name, text, type=kind, default=[] if many else None)  # type: ignore[arg-type]  # pytest's types


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a run; *active* is whether it captures and gates at all."""

    active: bool
    fail_on: "tuple[Kind, ...]"
    reports: tuple[Path, ...]
    require: tuple[str, ...]
    min_coverage: float | None
    baseline: Path | None
    update_baseline: bool
    mapped: "tuple[MappedUrl, ...]"
    documents: tuple[str, ...]


def is_active(config: pytest.Config) -> bool:
    """Tell whether the flag, or else the ini file, switches the run on."""
    told = config.getoption("usage_contract")
    return bool(config.getini("usage_contract") if told is None else told)


def refuse_idle_options(config: pytest.Config) -> None:
    """Raise `pytest.UsageError` where an option was given that only a run with the flag obeys."""
    for name, option in NEEDS_THE_FLAG.items():
        if config.getoption(name):
            raise pytest.UsageError(f"{option} needs --usage-contract")


def read_settings(config: pytest.Config) -> Settings:
    """Read them all; raises `pytest.UsageError` for what cannot be obeyed."""
    from pytest_usage_contract.core.policy import DEFAULT, parse_kinds  # noqa: PLC0415 - needed by few runs
    from pytest_usage_contract.providers.routes import MappedUrl  # noqa: PLC0415 - brings pydantic

    def told(name: str) -> Any:
        given = config.getoption(name, None)
        return config.getini(name) if given is None else given

    try:
        fail_on = told("usage_contract_fail_on")
        percent = told("usage_contract_min_coverage")
        return Settings(
            active=is_active(config),
            fail_on=parse_kinds(fail_on) if fail_on else DEFAULT,
            reports=tuple(
                config.invocation_params.dir / path for path in config.getoption("usage_contract_report") or ()
            ),
            require=tuple(told("usage_contract_require")),
            min_coverage=_percent(percent) if percent else None,
            baseline=_baseline(config),
            update_baseline=bool(config.getoption("usage_contract_update_baseline")),
            mapped=tuple(MappedUrl.read(line) for line in config.getini("usage_contract_urls")),
            documents=tuple(config.getini("usage_contract_documents")),
        )
    except ValueError as misuse:
        raise pytest.UsageError(f"usage-contract: {misuse}") from misuse


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise ValueError(f"{text!r} is no percentage of fields; give a number from 0 to 100")
    return percent


def _baseline(config: pytest.Config) -> Path | None:
    given: str | None = config.getoption("usage_contract_baseline")
    if given:
        return config.invocation_params.dir / given
    named: str | None = config.getini("usage_contract_baseline")
    return folder_of_ini(config) / named if named else None


def folder_of_ini(config: pytest.Config) -> Path:
    """Return the folder that the paths in the ini file are relative to."""
    return config.inipath.parent if config.inipath else config.rootpath


def policy_of(item: pytest.Item, settings: Settings) -> "Policy":
    """The policy of one test: what its markers say, the nearest first, else the run's.

    Raises `ValueError` for a marker that cannot be obeyed.
    """
    from pytest_usage_contract.core.policy import Policy, parse_kinds  # noqa: PLC0415 - needed by few runs

    fail_on, enabled, ignore = settings.fail_on, True, list[str]()
    for marker in reversed([*item.iter_markers(MARKER)]):
        arguments = _arguments(marker)
        fail_on = parse_kinds(arguments["fail_on"]) if "fail_on" in arguments else fail_on
        enabled = bool(arguments.get("enabled", enabled))
        ignore += _ignored(arguments.get("ignore", ()))
    return Policy(fail_on, tuple(ignore), enabled)


def _arguments(marker: pytest.Mark) -> dict[str, Any]:
    unknown = [
        *map(repr, marker.args),
        *(name for name in marker.kwargs if name not in ("fail_on", "ignore", "enabled")),
    ]
    if unknown:
        raise ValueError(
            f"the marker {MARKER} does not take {', '.join(unknown)}; it takes fail_on, ignore and enabled"
        )
    return dict(marker.kwargs)


def _ignored(waivers: "str | Iterable[str]") -> Iterator[str]:
    from pytest_usage_contract.core.codes import CODES  # noqa: PLC0415 - needed by few runs

    for waiver in [waivers] if isinstance(waivers, str) else waivers:
        code, _, path = waiver.partition(" ")
        if code not in CODES:
            raise ValueError(
                f"{waiver!r} ignores nothing: it must begin with a code, such as 'undocumented-field usage.cost'"
            )
        yield f"{code} {path.strip()}".strip()


def pytest_usage_contracts() -> "Iterable[Contract]":  # type: ignore[empty-body]  # a hook has none
    """Bring contracts of one's own: called once, when the run begins, and for each later `conftest.py`."""
