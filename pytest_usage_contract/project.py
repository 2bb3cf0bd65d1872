"""A project as the command line sees it: pytest's configuration, read without pytest, and the contracts it brings.

A `conftest.py` needs pytest, so that its contracts are left out, and named as such.
"""

import os
import shlex
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from configparser import ConfigParser, Error
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.documents import parse_line
from pytest_usage_contract.providers.registry import read_contracts

HOOK: Final = "pytest_usage_contracts"

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "pyproject.toml": ("tool", "pytest"),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}
"""The files in which pytest looks for its configuration, the first that has any, and where it stands in them."""

# https://docs.pytest.org/en/stable/reference/reference.html#confval-norecursedirs
NEVER_SEARCHED: Final = frozenset({"build", "dist", "node_modules", "venv", "CVS", "_darcs"})


class Project:
    """The project around *folder*; without any configuration of pytest it is that folder, and says nothing."""

    def __init__(self, folder: Path, modules: Sequence[str] = ()) -> None:
        """Take *modules* that bring contracts, too: dotted names, or paths of files."""
        self._folder = folder
        self._modules = tuple(modules)
        self._brought: tuple[Contract, ...] | None = None

    @cached_property
    def _configured(self) -> tuple[Path, Mapping[str, Any]] | None:
        """The file of the configuration, and what it says."""
        options = (_read_options(above) for above in (self._folder, *self._folder.parents))
        return next(filter(None, options), None)

    @property
    def folder(self) -> Path:
        """The folder that the paths in the configuration are relative to."""
        return self._configured[0].parent if self._configured else self._folder

    @property
    def configuration(self) -> Path | None:
        """The file of the configuration, if there is one."""
        return self._configured[0] if self._configured else None

    def lines(self, name: str) -> list[str]:
        """Return the lines of an option, none that is blank."""
        given = self._read(name)
        lines = given if isinstance(given, list) else str(given).splitlines()
        return [str(line).strip() for line in lines if str(line).strip()]

    def words(self, name: str) -> list[str]:
        """Return the words of an option."""
        given = self._read(name)
        return [str(word) for word in given] if isinstance(given, list) else shlex.split(str(given))

    def _read(self, name: str) -> Any:
        return self._configured[1].get(name, "") if self._configured else ""

    def bring(self) -> Iterable[Contract]:
        """Return the contracts of documents and modules; raise what says which of them cannot be read."""
        if self._brought is None:
            self._brought = ()  # a module may look up what it extends
            try:
                self._brought = tuple(self._read_contracts())
            except BaseException:
                self._brought = None
                raise
            if not self._modules and (left := [*self._list_conftests()]):
                print(  # noqa: T201 - it is what the command says
                    f"usage-contract: left out the contracts of {', '.join(left)}, which need pytest; "
                    "name them by --contracts MODULE",
                    file=sys.stderr,
                )
        return self._brought

    def _read_contracts(self) -> Iterator[Contract]:
        for line in self.lines("usage_contract_documents"):
            yield parse_line(line).read(self.folder)
        for module in self._modules:
            yield from _contracts_of(module)

    def _list_conftests(self) -> Iterator[str]:
        root = self.folder
        # A folder that is no project may be anything, a whole disk among it: then only the one file is looked at.
        walk = [(str(root), list[str](), ["conftest.py"])] if self._configured is None else os.walk(root)
        for folder, inside, files in walk:
            inside[:] = sorted(name for name in inside if name not in NEVER_SEARCHED and not name.startswith("."))
            path = Path(folder, "conftest.py")
            if "conftest.py" in files and path.is_file() and HOOK.encode() in path.read_bytes():
                yield path.relative_to(root).as_posix()


def _read_options(folder: Path) -> tuple[Path, Mapping[str, Any]] | None:
    """Return the first file in *folder* with pytest's options, and those; raise `ValueError` for a broken one."""
    for name, section in SECTIONS.items():
        path = folder / name
        if path.is_file():
            options = _read_toml(path, section) if path.suffix == ".toml" else _read_ini(path, section)
            if options is not None or name.endswith(("pytest.ini", "pytest.toml")):
                return path, options or {}
    return None


def _read_toml(path: Path, section: Sequence[str]) -> Mapping[str, Any] | None:
    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise ValueError(f"{path}: {fault}") from None
    for step in section:
        table = table.get(step) if isinstance(table, dict) else None
    return table.get("ini_options", table) if isinstance(table, dict) else None


def _read_ini(path: Path, section: Sequence[str]) -> Mapping[str, Any] | None:
    parser = ConfigParser(interpolation=None, strict=False, default_section="")
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (Error, ValueError) as fault:
        raise ValueError(f"{path}: {str(fault).splitlines()[0]}") from None
    return dict(parser[section[0]]) if section[0] in parser else None


def _contracts_of(name: str) -> tuple[Contract, ...]:
    """Return what a module brings: its `CONTRACTS`, what its hook returns, or the contracts at its top."""
    try:
        module = _import(name)
        brought = getattr(module, "CONTRACTS", None)
        if brought is None and (hook := getattr(module, HOOK, None)) is not None:
            brought = hook()
        if brought is None:
            brought = [value for value in vars(module).values() if isinstance(value, Contract)]
        found = read_contracts(brought)
    except (ImportError, OSError, TypeError, ValueError, LookupError) as fault:
        raise ValueError(f"--contracts {name}: {fault}") from fault
    if not found:
        raise ValueError(f"--contracts {name}: it has no contract, no CONTRACTS, and no {HOOK}()")
    return found


def _import(name: str) -> ModuleType:
    path = Path(name)
    folder, dotted = (path.resolve().parent, path.stem) if path.suffix == ".py" else (Path.cwd(), name)
    with _importable(folder):
        return import_module(dotted)


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
