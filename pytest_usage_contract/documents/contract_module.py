"""Print a contract as a module in the style of `pytest_usage_contract.providers`, ready to be committed."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.documents.declarations import RESERVED_ATTRIBUTES, SIMPLE_TYPES, attribute_names, terms_of
from pytest_usage_contract.documents.terms import (
    Either,
    ListOf,
    Literals,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    Simple,
    Term,
    literals_in,
    models_in,
)

WIDTH: Final = 110
LONGEST_LINE: Final = 120
"""Columns at which texts are wrapped, and that the linter lets pass."""

Names = dict[Model | Literals, str]

IMPORTABLE: Final = (
    "ABSENT", "Count", "MayBeAbsent", "PerhapsNull", "PerhapsWhole", "SomeObject", "Unread", "Usage",
)  # fmt: skip
RESERVED_NAMES: Final = frozenset(
    (*IMPORTABLE, *RESERVED_ATTRIBUTES, "Contract", "Endpoint", "Source", "CONTRACTS", "date")
)


def module_source(contract: Contract) -> str:
    """Return the source of a module that declares *contract*; it passes the project's lint and type checks.

    Raise `ValueError` for accounting rules and streams, which no document states.
    """
    if contract.accounting or any(endpoint.stream for endpoint in contract.endpoints):
        raise ValueError(f"{contract}: accounting and streams are declared by hand, not printed")
    names: Names = {}
    endpoint = contract.name.partition("/")[2]
    _assign_name(terms_of(contract.usage), f"{_to_pascal_case(endpoint)}Usage", names)
    classes = [
        _format_class(name, part, names)
        if isinstance(part, Model)
        else f"{name} = {_format_lines('Literal[', [*map(format_literal, part.values)], ']')}"
        for part, name in names.items()
    ]
    body = "\n\n\n".join(classes)
    constant = re.sub(r"\W+", "_", endpoint, flags=re.ASCII).strip("_").upper() or "CONTRACT"
    constant = f"CALL_{constant}" if constant[0].isdigit() or constant in RESERVED_NAMES else constant
    declared = _format_contract(contract, constant, names[terms_of(contract.usage)])
    imports = _format_imports(f"{body}\n{declared}", contract)
    title = _escape_text(
        f"{contract.provider}: what `{contract.source.document}` documents about the usage of {endpoint}."
    )
    parts = [
        f'"""{_cut_title(title)}"""',
        "",
        imports,
        "",
        "",
        body,
        "",
        "",
        declared,
        "",
        f"CONTRACTS = ({constant},)",
        "",
    ]
    return "\n".join(_excuse_length(line) for line in "\n".join(parts).split("\n"))


def _excuse_length(line: str) -> str:
    """Return *line* with the reason for its length if it is too long; a word alone in its line needs none."""
    excused = len(line) <= LONGEST_LINE or "# noqa" in line or " " not in line.strip()
    return line if excused else f"{line}  # noqa: E501 - as documented"


def _cut_title(title: str) -> str:
    title = title.replace('"', "'")
    return title if len(title) <= WIDTH - 6 else f"{title[: WIDTH - 10]}..."


def _assign_name(part: Model | Literals, wanted: str, names: Names) -> None:
    """Name each model, and each choice of literals that no line would hold, nested ones first."""
    for entry in part.entries if isinstance(part, Model) else ():
        for inner in models_in(entry.term):
            if inner not in names:
                _assign_name(inner, _to_pascal_case(inner.name), names)
        for choice in literals_in(entry.term):
            if choice not in names and len(format_term(choice, {})) > WIDTH // 2:
                _assign_name(choice, f"{_to_pascal_case(entry.name)}Value", names)
    name, number = wanted if wanted not in RESERVED_NAMES else f"{wanted}Object", 2
    while name in names.values():
        name, number = f"{wanted}{number}", number + 1
    names[part] = name


def _to_pascal_case(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name and not name[0].isdigit() else f"Object{name}"


def _format_class(name: str, model: Model, names: Names) -> str:
    attribute_of = attribute_names(model)
    lines = [line for entry in model.entries for line in _format_field(entry, attribute_of[entry.name], names)]
    return "\n".join([f"class {name}(Usage):", *(lines or ["    pass"])])


def _format_field(entry: ModelEntry, name: str, names: Names) -> Iterator[str]:
    annotation = format_term(entry.term, names)
    annotation = annotation if entry.required else f"MayBeAbsent[{annotation}]"
    alias = "" if name == entry.name else f"alias={format_literal(entry.name)}"
    default = "" if entry.required else "ABSENT"
    if alias:
        default = f"Field({', '.join(filter(None, (default, alias)))})"
    reason = "  # noqa: N815 - as on the wire" if name != name.lower() and name[0].islower() and "_" not in name else ""
    line = f"    {name}: {annotation}{f' = {default}' if default else ''}{reason}"
    yield line
    if entry.meaning:
        yield from _format_docstring(entry.meaning)


def _format_docstring(meaning: str) -> Iterator[str]:
    text = _escape_text(meaning).replace('"', '\\"')
    lines = textwrap.wrap(text, WIDTH - 10, initial_indent='"""', break_long_words=False, break_on_hyphens=False)
    yield from (f"    {line}" for line in [*lines[:-1], f'{lines[-1]}"""'])


def _escape_text(text: str) -> str:
    """Return *text* as the inside of an ASCII Python string, so that no reader or linter can mistake it for another."""
    return text.encode("unicode_escape").decode()


def _format_imports(body: str, contract: Contract) -> str:
    used = [name for name in IMPORTABLE if re.search(rf"\b{name}\b", re.sub(r'"""(?s:.*?)"""', "", body))]
    contract_names = ["Contract", *(["Endpoint"] if contract.endpoints else []), "Source"]
    standard = ["from datetime import date"] if contract.source.read else []
    standard += ["from typing import Literal"] if re.search(r"\bLiteral\[", body) else []
    # In the checkout of a team, all of these are other people's.
    foreign = ["from pydantic import Field"] if "Field(" in body else []
    foreign += [
        f"from pytest_usage_contract.core.contract import {', '.join(contract_names)}",
        _format_import("pytest_usage_contract.core.usage", used),
    ]
    return "\n\n".join("\n".join(block) for block in (standard, foreign) if block)


def _format_import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    return line if len(line) <= WIDTH else _format_lines(f"from {module} import (", names, ")")


def _format_contract(contract: Contract, constant: str, usage: str) -> str:
    arguments: dict[str, str] = {
        "name": format_literal(contract.name),
        "source": _format_source(contract),
        "usage": usage,
    }
    if contract.endpoints:
        arguments["endpoints"] = _format_lines(
            "(", [_format_endpoint(endpoint) for endpoint in contract.endpoints], ")"
        )
    if contract.example is not None:
        arguments["example"] = _format_value(contract.example)
    if contract.either_spelling:
        arguments["either_spelling"] = "True"
    return f"{constant} = {_format_call('Contract', arguments)}"


def _format_source(contract: Contract) -> str:
    where = contract.source
    arguments = {"document": format_literal(where.document), "package": format_literal(where.package)}
    if where.version:
        arguments["version"] = format_literal(where.version)
    if isinstance(where.read, date):
        arguments["read"] = f"date({where.read.year}, {where.read.month}, {where.read.day})"
    return _format_call("Source", arguments)


def _format_endpoint(endpoint: Endpoint) -> str:
    arguments = {"path": format_literal(endpoint.path), "hosts": _format_value(tuple(endpoint.hosts))}
    plain = Endpoint(path="", hosts=())
    for name in ("method", "at", "presence"):
        if getattr(endpoint, name) != getattr(plain, name):
            arguments[name] = format_literal(getattr(endpoint, name))
    return _format_call("Endpoint", arguments)


def _format_call(name: str, arguments: Mapping[str, str]) -> str:
    return _format_lines(f"{name}(", [f"{key}={value}" for key, value in arguments.items()], ")")


def _format_lines(opening: str, items: list[str], closing: str) -> str:
    """Format one item a line, each with the comma that keeps the formatter from joining them."""
    return "\n".join([opening, *(textwrap.indent(f"{item},", "    ") for item in items), closing])


def _format_value(value: object) -> str:
    """Format JSON data as Python source."""
    match value:
        case dict() if value:
            return _format_lines(
                "{", [f"{format_literal(str(name))}: {_format_value(inner)}" for name, inner in value.items()], "}"
            )
        case list() if value:
            return _format_lines("[", [_format_value(inner) for inner in value], "]")
        case tuple():
            return f"({', '.join(map(_format_value, value))}{',' * (len(value) == 1)})"
        case _:
            return format_literal(value)


def format_term(term: Term, names: Mapping[Model | Literals, str]) -> str:
    """Format a type as an annotation; *names* are those of the models and of the long choices of literals."""
    match term:
        case Simple(word, sure):
            return SIMPLE_TYPES[word].source if sure else f"PerhapsWhole[{SIMPLE_TYPES[word].source}]"
        case Literals() if term in names:
            return names[term]
        case Literals(values):
            return f"Literal[{', '.join(map(format_literal, values))}]"
        case ListOf(item):
            return f"list[{format_term(item, names)}]"
        case MapOf(value):
            return f"dict[str, {format_term(value, names)}]"
        case Nested(model):
            return names[model]
        case Either(members):
            return " | ".join(format_term(member, names) for member in members)
        case _:
            annotation = format_term(term.inner, names)
            return f"{annotation} | None" if term.sure else f"PerhapsNull[{annotation}]"


def format_literal(value: object) -> str:
    """Format a JSON scalar as Python source in ASCII, quoted as the formatter would quote it."""
    if not isinstance(value, str):
        return repr(value)
    quote = "'" if value.count('"') > value.count("'") else '"'
    inner = _escape_text(value).replace(quote, f"\\{quote}")
    return f"{quote}{inner}{quote}"
