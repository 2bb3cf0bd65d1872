"""The options of the plugin, on the command line and in the ini file: declared, and read with their names in errors."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

T = TypeVar("T")

SWITCH: Final = "usage_contract"
SPANS: Final = "usage_contract_spans"

GATE_OPTIONS: Final = ("fail_on", "report", "require", "demand", "min_coverage", "baseline", "update_baseline")
"""What means something only in a run that is switched on."""

GATE_INI: Final = ("fail_on", "require", "demand", "min_coverage", "baseline", "ignore", "spans")

SELECTIONS: Final = ("keyword", "markexpr", "deselect", "lf")
"""Options of pytest that leave tests out."""

# pytest 8.4 and later knows numbers, and hands over those of a native TOML file as such.
NUMBER: Final = "float" if pytest.version_tuple >= (8, 4) else "string"


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
        "--no-usage-contract",
        action="store_false",
        dest=SWITCH,
        help="do not, whatever the ini file says; of the two the last counts",
    )
    option(
        "--usage-contract-fail-on",
        metavar="KINDS",
        help="kinds that fail: schema,accounting,drift,booking, or all, or none",
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
        help="fail the run unless this contract, one of this provider, or `any` was exercised (repeatable)",
    )
    option(
        "--usage-contract-demand",
        metavar="NAME",
        action="append",
        help="fail what answers without a usage under this contract, this provider, or `all` (repeatable)",
    )
    option(
        "--usage-contract-min-coverage",
        metavar="N",
        help="fail the run unless N percent of the documented fields were seen",
    )
    option("--usage-contract-baseline", metavar="PATH", help="file of findings that the team has accepted")
    option("--usage-contract-update-baseline", action="store_true", default=None, help="accept what is found now")
    for name, kind, text in (
        (SWITCH, "bool", "judge every run, as --usage-contract does"),
        ("usage_contract_fail_on", "args", "kinds that fail, as --usage-contract-fail-on"),
        ("usage_contract_require", "args", "contracts that must have been exercised, as --usage-contract-require"),
        ("usage_contract_demand", "args", "contracts whose answers must carry a usage, as --usage-contract-demand"),
        ("usage_contract_min_coverage", NUMBER, "percent of documented fields that must have been seen"),
        ("usage_contract_baseline", "string", "file of accepted findings, relative to the ini file"),
        ("usage_contract_ignore", "linelist", "findings that never fail: CODE PATH in provider/endpoint"),
        (SPANS, "bool", "hold the usage that spans of opentelemetry-sdk book against the responses"),
        ("usage_contract_urls", "linelist", "gateways and test servers: http://host:port/path = provider/endpoint"),
        (
            "usage_contract_documents",
            "linelist",
            "contract files and documents: contracts/chat.json, or docs/Usage.md = acme/chat POST host/path",
        ),
    ):
        many = kind in ("args", "linelist")
        parser.addini(name, text, type=kind, default=[] if many else None)  # type: ignore[arg-type]  # pytest's types


def is_active(config: pytest.Config) -> bool:
    """Tell whether the last of the two switches, or else the ini file, switches the run on."""
    told = config.getoption(SWITCH)
    return bool(read_ini(config, SWITCH) if told is None else told)


def is_filtered(config: pytest.Config) -> bool:
    """Tell whether the command line leaves out tests of the folders that it names."""
    paths = [config.invocation_params.dir / str(arg).partition("::")[0] for arg in config.args]
    names = any("::" in str(arg) for arg in config.args) or any(path.is_file() for path in paths)
    return names or any(config.getoption(name, None) for name in SELECTIONS)


def refuse_idle_options(config: pytest.Config) -> None:
    """Raise `pytest.UsageError` where an option was given that nothing obeys, since no switch was."""
    for name in GATE_OPTIONS:
        if config.getoption(SWITCH) is None and config.getoption(f"{SWITCH}_{name}") is not None:
            raise pytest.UsageError(f"{name_option(name)} needs --usage-contract, or {SWITCH} = true in the ini file")


def explain_off(config: pytest.Config) -> str | None:
    """Return the line of the header of a run that is off, though somebody spoke of it."""
    if config.getoption(SWITCH) is False:
        return "usage-contract: off (--no-usage-contract)"
    idle = [
        f"{SWITCH}_{name}" for name in GATE_INI if read_ini(config, f"{SWITCH}_{name}") not in (None, [], "", False)
    ]
    needs = "needs" if len(idle) == 1 else "need"
    return f"usage-contract: off; {', '.join(idle)} {needs} --usage-contract, or {SWITCH} = true" if idle else None


def name_option(name: str) -> str:
    """Return an option as it is written on the command line."""
    return f"--usage-contract-{name.replace('_', '-')}"


def name_origin(config: pytest.Config, name: str) -> str:
    """Return where a setting comes from: its option, or its key in the ini file."""
    key = f"{SWITCH}_{name}"
    return key if config.getoption(key, None) is None else name_option(name)


def read_ini(config: pytest.Config, name: str) -> Any:
    """Return a value of the ini file; raise `pytest.UsageError` with its name where pytest cannot read it."""
    try:
        return config.getini(name)
    except (ValueError, TypeError, pytest.UsageError) as misuse:  # the last by pytest 9.2 and later
        wanted = "; it is true or false" if name in (SWITCH, SPANS) else ""
        raise pytest.UsageError(f"{name}: {misuse}{wanted}") from None


def read_option(config: pytest.Config, name: str, parse: Callable[[Any], T], unset: T) -> T:
    """Return what the command line says, or else the ini file, as *parse* reads it.

    Raise `pytest.UsageError` that names the option, or the key, and says what *parse* raises.
    """
    key = f"{SWITCH}_{name}"
    given = config.getoption(key, None)
    if given is None:
        given = read_ini(config, key)
    if given in (None, [], ""):
        return unset
    try:
        return parse(given)
    except (ValueError, TypeError, LookupError) as misuse:
        raise pytest.UsageError(f"{name_origin(config, name)}: {misuse}") from misuse


def folder_of_ini(config: pytest.Config) -> Path:
    """Return the folder that the paths in the ini file are relative to."""
    return config.inipath.parent if config.inipath else config.rootpath


def configuration_of(config: pytest.Config) -> str:
    """Return the configuration file of a run, from its root, or nothing."""
    return Path(os.path.relpath(config.inipath, config.rootpath)).as_posix() if config.inipath else ""


def root_in_repository(config: pytest.Config) -> str:
    """Return where the run's root lies in the repository that GitHub checked out."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    inside = workspace and config.rootpath.is_relative_to(workspace)
    return config.rootpath.relative_to(workspace).as_posix() if workspace and inside else ""
