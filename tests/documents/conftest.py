"""Contracts printed as pages of documentation, the other way round than they are read."""

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.documents import read_document
from pytest_usage_contract.documents.declarations import terms_of
from pytest_usage_contract.documents.reader import ReadDocument
from pytest_usage_contract.documents.terms import Either, ListOf, Literals, MapOf, Model, Nested, OrNull, Simple, Term

CHECK, MINUS = ":heavy_check_mark:", ":heavy_minus_sign:"

TYPESCRIPT = {
    "integer": "number",
    "count": "number",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "any": "any",
}
PYTHON = {"integer": "int", "count": "float", "number": "float", "string": "str", "boolean": "bool", "any": "Any"}


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


def _typescript(term: Term) -> str:
    match term:
        case OrNull(inner):
            return _typescript(inner)
        case ListOf(item):
            inner = _typescript(item)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case MapOf(value):
            return f"Record<string, {_typescript(value)}>"
        case Simple("object"):
            return "Record<string, *any*>"
        case Nested(model):
            return f"[components.{model.name}](../../models/components/{model.name.lower()}.md)"
        case Literals(values):
            return " \\| ".join(f"*{json.dumps(value)}*" for value in values)
        case Either(members):
            return " \\| ".join(map(_typescript, members))
        case _:
            return f"*{TYPESCRIPT[term.word]}*"


def _python(term: Term) -> str:
    match term:
        case Simple("object"):
            return "Dict[str, *Any*]"  # pragma: no cover - drawn by chance
        case ListOf(item):
            return f"List[{_python_field(item, required=True)}]"
        case MapOf(value):
            return f"Dict[str, {_python_field(value, required=True)}]"
        case Nested(model):
            return f"[models.{model.name}](../models/{model.name.lower()}.md)"
        case _:
            return f"*{_python_word(term)}*"


def _python_word(term: Term) -> str:
    match term:
        case Literals(values):
            return f"Literal[{', '.join(json.dumps(value) for value in values)}]"
        case Either(members):
            return f"Union[{', '.join(map(_python_word, members))}]"
        case _:
            return PYTHON[term.word]


def _python_field(term: Term, *, required: bool) -> str:
    null, inner = isinstance(term, OrNull), term.inner if isinstance(term, OrNull) else term
    wrapper = {(True, True): "Nullable", (True, False): "OptionalNullable", (False, False): "Optional"}.get(
        (null, required), ""
    )
    if not wrapper or isinstance(inner, ListOf | MapOf) or inner in (Simple("object"), Simple("any")):
        return _python(inner)
    if isinstance(inner, Nested):
        name = inner.model.name
        return f"[{wrapper}[models.{name}]](../models/{name.lower()}.md)"
    return f"*{wrapper}[{_python_word(inner)}]*"


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "N/A"


def _page(model: Model, flavour: str, lead: str = "") -> str:
    rows = []
    for entry in model.entries:
        name = camel(entry.name) if flavour == "typescript" else entry.name
        told = (
            _typescript(entry.term) if flavour == "typescript" else _python_field(entry.term, required=entry.required)
        )
        rows.append(f"| `{name}` | {told} | {CHECK if entry.required else MINUS} | {_cell(entry.meaning)} |")
    head = ["| Field | Type | Required | Description |", "| --- | --- | --- | --- |"]
    return "\n".join([f"# {model.name}", "", lead, "## Fields", "", *head, *rows])


def _models(model: Model) -> Iterator[Model]:
    from pytest_usage_contract.documents.terms import models_in

    yield model
    for entry in model.entries:
        for inner in models_in(entry.term):
            yield from _models(inner)


def _lead(contract: Contract, flavour: str) -> str:
    """The block of code that tells the language of the pages, and the package."""
    name = contract.source.document
    if flavour == "python":
        return f"## Example Usage\n\n```python\nfrom acme.models import {name}\n```\n"
    code = f'import {{ {name} }} from "{contract.source.package}/models/components";'
    return f"## Example Usage\n\n```typescript\n{code}\n```\n"


def printed(contract: Contract, flavour: str) -> dict[str, str]:
    """The pages of a contract by path; the first is that of the usage."""
    usage = terms_of(contract.usage)
    folder = "models/components" if flavour == "typescript" else "models"
    top = Model(contract.source.document, usage.entries)
    pages = {f"{folder}/{contract.source.document.lower()}.md": _page(top, flavour, _lead(contract, flavour))}
    for model in [*_models(usage)][1:]:
        pages[f"{folder}/{model.name.lower()}.md"] = _page(model, flavour)
    return pages


@pytest.fixture(scope="session")
def print_pages() -> Callable[[Contract, str], dict[str, str]]:
    return printed


Read = Callable[..., ReadDocument]


@pytest.fixture
def read_pages(tmp_path: Path) -> Read:
    """Write pages into a folder and read the first of them."""

    def read(pages: Mapping[str, str] | str, **asked: object) -> ReadDocument:
        pages = {"Usage.md": pages} if isinstance(pages, str) else pages
        for path, text in pages.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return read_document(tmp_path / next(iter(pages)), **{"root": tmp_path, **asked})

    return read


def told_fields(contract: Contract) -> list[str]:
    """A line for each field: its path, its type, and what is marked about it."""
    lines = []
    for field in checker(contract).fields:
        marks = ["required" if field.required else "optional"]
        if "null" in field.unknown:
            marks.append("null unknown")
        elif field.nullable:
            marks.append("nullable")
        marks += [f"{what} unknown" for what in field.unknown if what != "null"]
        lines.append(f"{posixpath.normpath(field.path)}: {field.type}, {', '.join(marks)}")
    return lines


@pytest.fixture(scope="session")
def told() -> Callable[[Contract], list[str]]:
    return told_fields
