"""A contract printed as a module in the style of `pytest_usage_contract.contracts`, ready to be committed."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from pytest_usage_contract.core.contract import Contract, Endpoint
from pytest_usage_contract.documents.declared import RESERVED, WORDS, attributes, terms_of
from pytest_usage_contract.documents.terms import (
    Choice,
    Either,
    Entry,
    ListOf,
    MapOf,
    Model,
    Nested,
    Simple,
    Term,
    choices_in,
    models_in,
)

WIDTH: Final = 110
LONGEST_LINE: Final = 120
"""Where texts are wrapped, and what the linter lets pass."""

Names = dict[Model | Choice, str]

IMPORTED: Final = (
    "ABSENT", "Count", "MayBeAbsent", "PerhapsNull", "PerhapsWhole", "SomeObject", "Unread", "Usage",
)  # fmt: skip
TAKEN: Final = frozenset((*IMPORTED, *RESERVED, "Contract", "Endpoint", "Source", "CONTRACTS", "date"))


def module_source(contract: Contract) -> str:
    """The source of a module that declares *contract*; it passes the project's lint and type checks.

    Raises `ValueError` for what no document says: accounting rules and streams.
    """
    if contract.accounting or any(endpoint.stream for endpoint in contract.endpoints):
        raise ValueError(f"{contract}: accounting and streams are declared by hand, not printed")
    names: Names = {}
    endpoint = contract.name.partition("/")[2]
    _name(terms_of(contract.usage), f"{_pascal(endpoint)}Usage", names)
    classes = [_declared(part, name, names) for part, name in names.items()]
    body = "\n\n\n".join(classes)
    constant = re.sub(r"\W+", "_", endpoint, flags=re.ASCII).strip("_").upper() or "CONTRACT"
    constant = f"CALL_{constant}" if constant[0].isdigit() or constant in TAKEN else constant
    declared = _contract(contract, constant, names[terms_of(contract.usage)])
    imports = _imports(f"{body}\n{declared}", contract)
    title = _ascii(f"{contract.provider}: what `{contract.source.document}` documents about the usage of {endpoint}.")
    parts = [f'"""{_cut(title)}"""', "", imports, "", "", body, "", "", declared, "", f"CONTRACTS = ({constant},)", ""]
    return "\n".join(_excused(line) for line in "\n".join(parts).split("\n"))


def _excused(line: str) -> str:
    """*line* with the reason why it is so long, if it is; a word alone in its line needs none."""
    excused = len(line) <= LONGEST_LINE or "# noqa" in line or " " not in line.strip()
    return line if excused else f"{line}  # noqa: E501 - as documented"


def _cut(title: str) -> str:
    title = title.replace('"', "'")
    return title if len(title) <= WIDTH - 6 else f"{title[: WIDTH - 10]}..."


def _name(part: Model | Choice, wanted: str, names: Names) -> None:
    """Give each model, and each choice that no line would hold, a name of its own, nested ones first."""
    for entry in part.entries if isinstance(part, Model) else ():
        for inner in models_in(entry.term):
            if inner not in names:
                _name(inner, _pascal(inner.name), names)
        for choice in choices_in(entry.term):
            if choice not in names and len(source(choice, {})) > WIDTH // 2:
                _name(choice, f"{_pascal(entry.name)}Value", names)
    name, number = wanted if wanted not in TAKEN else f"{wanted}Object", 2
    while name in names.values():
        name, number = f"{wanted}{number}", number + 1
    names[part] = name


def _pascal(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name and not name[0].isdigit() else f"Object{name}"


def _declared(part: Model | Choice, name: str, names: Names) -> str:
    return _class(name, part, names) if isinstance(part, Model) else f"{name} = {_values(part)}"


def _values(choice: Choice) -> str:
    return _lines("Literal[", [*map(literal, choice.values)], "]")


def _class(name: str, model: Model, names: Names) -> str:
    attribute_of = attributes(model)
    lines = [line for entry in model.entries for line in _field(entry, attribute_of[entry.name], names)]
    return "\n".join([f"class {name}(Usage):", *(lines or ["    pass"])])


def _field(entry: Entry, name: str, names: Names) -> Iterator[str]:
    told = source(entry.term, names)
    told = told if entry.required else f"MayBeAbsent[{told}]"
    alias = "" if name == entry.name else f"alias={literal(entry.name)}"
    default = "" if entry.required else "ABSENT"
    if alias:
        default = f"Field({', '.join(filter(None, (default, alias)))})"
    reason = "  # noqa: N815 - as on the wire" if name != name.lower() and name[0].islower() and "_" not in name else ""
    line = f"    {name}: {told}{f' = {default}' if default else ''}{reason}"
    yield line
    if entry.meaning:
        yield from _docstring(entry.meaning)


def _docstring(meaning: str) -> Iterator[str]:
    text = _ascii(meaning).replace('"', '\\"')
    lines = textwrap.wrap(text, WIDTH - 10, initial_indent='"""', break_long_words=False, break_on_hyphens=False)
    yield from (f"    {line}" for line in [*lines[:-1], f'{lines[-1]}"""'])


def _ascii(text: str) -> str:
    """*text* as the inside of a Python string that no reader, and no linter, could take for another."""
    return text.encode("unicode_escape").decode()


def _imports(body: str, contract: Contract) -> str:
    used = [name for name in IMPORTED if re.search(rf"\b{name}\b", re.sub(r'"""(?s:.*?)"""', "", body))]
    contract_names = ["Contract", *(["Endpoint"] if contract.endpoints else []), "Source"]
    standard = ["from datetime import date"] if contract.source.read else []
    standard += ["from typing import Literal"] if re.search(r"\bLiteral\[", body) else []
    # In the checkout of a team, all of these are other people's.
    foreign = ["from pydantic import Field"] if "Field(" in body else []
    foreign += [
        f"from pytest_usage_contract.core.contract import {', '.join(contract_names)}",
        _import("pytest_usage_contract.core.usage", used),
    ]
    return "\n\n".join("\n".join(block) for block in (standard, foreign) if block)


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    return line if len(line) <= WIDTH else _lines(f"from {module} import (", names, ")")


def _contract(contract: Contract, constant: str, usage: str) -> str:
    said: dict[str, str] = {"name": literal(contract.name), "source": _source(contract), "usage": usage}
    if contract.endpoints:
        said["endpoints"] = _lines("(", [_endpoint(endpoint) for endpoint in contract.endpoints], ")")
    if contract.example is not None:
        said["example"] = _value(contract.example)
    if contract.either_spelling:
        said["either_spelling"] = "True"
    return f"{constant} = {_call('Contract', said)}"


def _source(contract: Contract) -> str:
    where = contract.source
    said = {"document": literal(where.document), "package": literal(where.package)}
    if where.version:
        said["version"] = literal(where.version)
    if isinstance(where.read, date):
        said["read"] = f"date({where.read.year}, {where.read.month}, {where.read.day})"
    return _call("Source", said)


def _endpoint(endpoint: Endpoint) -> str:
    said = {"path": literal(endpoint.path), "hosts": _value(tuple(endpoint.hosts))}
    plain = Endpoint(path="", hosts=())
    for name in ("method", "at", "presence"):
        if getattr(endpoint, name) != getattr(plain, name):
            said[name] = literal(getattr(endpoint, name))
    return _call("Endpoint", said)


def _call(name: str, said: Mapping[str, str]) -> str:
    return _lines(f"{name}(", [f"{key}={value}" for key, value in said.items()], ")")


def _lines(opening: str, items: list[str], closing: str) -> str:
    """One item a line, each with the comma that keeps the formatter from joining them."""
    return "\n".join([opening, *(textwrap.indent(f"{item},", "    ") for item in items), closing])


def _value(value: object) -> str:
    """JSON data as Python source."""
    match value:
        case dict() if value:
            return _lines("{", [f"{literal(str(name))}: {_value(inner)}" for name, inner in value.items()], "}")
        case list() if value:
            return _lines("[", [_value(inner) for inner in value], "]")
        case tuple():
            return f"({', '.join(map(_value, value))}{',' * (len(value) == 1)})"
        case _:
            return literal(value)


def source(term: Term, names: Mapping[Model | Choice, str]) -> str:
    """How a contract's module says a type; *names* are those of the models and of the long choices."""
    match term:
        case Simple(word, sure):
            return WORDS[word].source if sure else f"PerhapsWhole[{WORDS[word].source}]"
        case Choice() if term in names:
            return names[term]
        case Choice(values):
            return f"Literal[{', '.join(map(literal, values))}]"
        case ListOf(item):
            return f"list[{source(item, names)}]"
        case MapOf(value):
            return f"dict[str, {source(value, names)}]"
        case Nested(model):
            return names[model]
        case Either(members):
            return " | ".join(source(member, names) for member in members)
        case _:
            told = source(term.inner, names)
            return f"{told} | None" if term.sure else f"PerhapsNull[{told}]"


def literal(value: object) -> str:
    """A JSON scalar as Python source in ASCII, quoted as the formatter would quote it."""
    if not isinstance(value, str):
        return repr(value)
    quote = "'" if value.count('"') > value.count("'") else '"'
    inner = _ascii(value).replace(quote, f"\\{quote}")
    return f"{quote}{inner}{quote}"
