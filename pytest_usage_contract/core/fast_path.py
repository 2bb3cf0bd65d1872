"""A lean judge for what is kept: one function a contract, compiled from the model of its usage and its accounting.

It proves of nearly every usage that keeps its contract that it does, and of none that does not. Whatever it cannot
prove, be it kept or broken, is left to the full judge, which is the only truth, and alone explains.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

from pytest_usage_contract.core.accounting import Beside, Part, Rule, Total, Whole
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.usage import ABSENT

Node = Mapping[str, Any]
"""A node of pydantic's core schema."""

Proof = Callable[[dict[str, object]], int]
"""Tells of a usage `UNPROVED`, `KEPT`, or `WHOLE`: kept, and every documented field has a value."""

UNPROVED, KEPT, WHOLE = 0, 1, 2

LARGEST: Final = 10.0**300
"""A number that is as large is left to the full judge: it may be none."""

_DEEPEST: Final = 200
"""Blanks before a line; Python takes a hundred levels of them."""

_SAYS_TYPE: Final[Mapping[str, frozenset[str]]] = {
    "union": frozenset({"choices", "custom_error_type", "custom_error_message", "mode"}),
    "literal": frozenset({"expected"}),
    "dict": frozenset({"keys_schema", "values_schema"}),
}
"""What a node of these has to have."""

_SAYS_NOTHING: Final = frozenset({"type", "strict", "metadata", "ref", "serialization", "allow_inf_nan"})
"""What a node of a number, a text or a truth may have without asking for more than its type."""


def compile_proof(contract: Contract, schema: Node) -> Proof:
    """Return the lean judge of the usages of *contract*, whose model has the core *schema*."""
    first, *others = [_compile_one(contract, kind) for kind in _list_kinds(schema)]
    return (lambda usage: KEPT if any(prove(usage) for prove in (first, *others)) else UNPROVED) if others else first


def _list_kinds(schema: Node) -> Sequence[Node]:
    """Return the kinds of a usage that is one of several, if the names that they share are of texts; else itself."""
    if not schema.get("root_model") or schema["custom_init"] or "post_init" in schema:
        return [schema]
    kinds = schema["schema"]["choices"] if schema["schema"]["type"] == "union" else ()
    if not kinds or not all(isinstance(kind, dict) and has_fields_alone(kind) for kind in kinds):
        return [schema]
    fields = [field for kind in kinds for field in kind["schema"]["fields"].items()]
    times = Counter(name for name, _ in fields)
    shared = [unwrap(field["schema"])[0] for name, field in fields if times[name] > 1]
    return kinds if all(node["type"] == "literal" for node in shared) else [schema]


def _compile_one(contract: Contract, schema: Node) -> Proof:
    try:
        source = "\n".join(Writer(contract, schema).write())
    except Unprovable:
        return lambda _: UNPROVED
    proof: Proof = run(source, contract)
    return proof


def run(source: str, contract: Contract) -> Any:
    """Return the function `prove` that is written in *source*."""
    names: dict[str, Any] = {"rules": contract.accounting, "LARGEST": LARGEST, "ABSENT": ABSENT}
    exec(compile(source, f"<lean judge of {contract.name}>", "exec"), names)  # noqa: S102 - names stand in it as literals
    return names["prove"]


class Unprovable(Exception):  # noqa: N818 - it is no error: the full judge does it
    """There is something in the model that only pydantic can judge."""


class Writer:
    """Writes the function, a line at a time."""

    def __init__(self, contract: Contract, schema: Node) -> None:
        self._schema = schema
        self._rules = contract.accounting
        self._definitions: dict[str, Node] = {}
        self._around: list[str] = []
        self._number = count()
        zeros = contract.dialect.zeros
        operands = dict.fromkeys(path for rule in self._rules for path in rule.operands)
        self._counts = {path: f"count{number}" for number, path in enumerate(operands)}
        self._first = {name: "0" if path in zeros else "None" for path, name in self._counts.items()}

    def write(self) -> Iterator[str]:
        yield "def prove(usage):"
        yield "    whole = True"
        for name, value in self._first.items():
            yield f"    {name} = {value}"
        schema = self._schema
        if schema["type"] == "definitions":
            self._definitions = {node["ref"]: node for node in schema["definitions"]}
            schema = schema["schema"]
        yield from self._value(schema, "usage", "", "    ")
        for number, rule in enumerate(self._rules):
            yield from self._rule(rule, number)
        yield f"    return {WHOLE} if whole else {KEPT}"

    def _rule(self, rule: Rule, number: int) -> Iterator[str]:
        names = [self._counts[path] for path in rule.operands]
        match rule:
            case Total() | Whole():
                holds = f"{names[0]} == {' + '.join(names[1:])}"
            case Part():
                holds = f"{names[0]} <= {names[1]} or not {names[0]}"
            case Beside():
                return
            case _:
                counts = ", ".join(f"{path!r}: {self._counts[path]}" for path in rule.operands)
                holds = f"rules[{number}].breach({{{counts}}}) is None"
        there = " and ".join(f"{name} is not None" for name in dict.fromkeys(names))
        yield f"    if {there} and not ({holds}): return {UNPROVED}"

    def _value(self, node: Node, name: str, path: str | None, indent: str) -> Iterator[str]:
        """Write what a value must be; *path* is where it stands below the usage, None in lists and maps."""
        match node["type"]:
            case "definition-ref":
                yield from self._definition(node["schema_ref"], name, path, indent)
            case "model" if has_fields_alone(node):
                yield f"{indent}if type({name}) is not dict: return {UNPROVED}"
                yield from self._fields(node["schema"]["fields"], name, path, indent)
            case "list" if is_provable(node):
                item = f"value{next(self._number)}"
                yield f"{indent}if type({name}) is not list: return {UNPROVED}"
                yield f"{indent}whole = False"
                yield f"{indent}for {item} in {name}:"
                yield from self._value(node["items_schema"], item, None, indent + "    ")
            case _:
                yield f"{indent}if {' or '.join(_refusals(node, name))}: return {UNPROVED}"
                if path in self._counts:
                    yield f"{indent}{self._counts[path]} = {name}"

    def _definition(self, reference: str, name: str, path: str | None, indent: str) -> Iterator[str]:
        if reference in self._around:
            raise Unprovable
        self._around.append(reference)
        yield from self._value(self._definitions[reference], name, path, indent)
        self._around.pop()

    def _fields(self, fields: Mapping[str, Node], name: str, path: str | None, indent: str) -> Iterator[str]:
        if len(indent) > _DEEPEST:
            raise Unprovable
        number, nulls = f"number{next(self._number)}", ["0"]
        yield f"{indent}{number} = 0"
        for field, declared in fields.items():
            if "validation_alias" in declared:
                raise Unprovable
            node, optional, nullable = unwrap(declared["schema"])
            value = f"value{next(self._number)}"
            yield f"{indent}{value} = {name}.get({field!r})"
            yield f"{indent}if {value} is not None:"
            yield f"{indent}    {number} += 1"
            yield from self._value(node, value, join(path, field), indent + "    ")
            if optional or nullable:
                yield f"{indent}else: whole = False"
            if not optional:
                yield f"{indent}if {f'{field!r} not in {name}' if nullable else f'{value} is None'}: return {UNPROVED}"
            if nullable:
                nulls.append(f"({value} is None and {field!r} in {name})")
        # What is there is documented: as many values as there are names, or, with those that may be null, as many.
        yield f"{indent}if len({name}) != {number} and len({name}) != {number} + {' + '.join(nulls)}: return {UNPROVED}"


def join(path: str | None, name: str) -> str | None:
    """Return the path below the usage of the field *name* of the object at *path*; None in lists and maps."""
    return None if path is None else f"{path}.{name}" if path else name


def _refusals(node: Node, name: str) -> tuple[str, ...]:
    """Return what must not be true of a value that has no others in it; `True` where only pydantic can tell."""
    anything = node["type"] == "dict" and node.get("values_schema", {}).get("type") == "any"
    if not _SAYS_NOTHING.issuperset(node.keys() - _SAYS_TYPE.get(node["type"], frozenset())):
        return ("True",)
    match node["type"]:
        case "int":
            return f"type({name}) is not int", f"{name} < 0"
        case "union" if node.get("custom_error_type") == "number":
            return f"type({name}) is not int", f"{name} < 0"
        case "float":
            return f"type({name}) is not float and type({name}) is not int", f"not -LARGEST < {name} < LARGEST"
        case "str":
            return f"type({name}) is not str", f"not {name}.isascii()"
        case "bool":
            return (f"type({name}) is not bool",)
        case "literal" if all(type(value) is str for value in node["expected"]):
            return f"type({name}) is not str", f"{name} not in {tuple(node['expected'])!r}"
        case "dict" if anything:
            return (f"type({name}) is not dict",)
        case _:
            return ("True",)


def is_provable(node: Node) -> bool:
    """Tell whether a value that is no object is asked for no more than what can be proved of it."""
    if node["type"] == "list":
        return _SAYS_NOTHING.issuperset(node.keys() - {"items_schema"})
    return _refusals(node, "_") != ("True",)


def unwrap(node: Node) -> tuple[Node, bool, bool]:
    """Return the node of a value, and whether it may be absent, and null."""
    optional = node["type"] == "default" and "validate_default" not in node
    node = node["schema"] if optional else node
    nullable = node["type"] == "nullable"
    return node["schema"] if nullable else node, optional, nullable


def has_fields_alone(model: Node) -> bool:
    """Tell whether an object is asked for no more than its fields."""
    asks_more = model["type"] != "model" or model["root_model"] or model["custom_init"] or "post_init" in model
    return not asks_more and model["schema"]["type"] == "model-fields"
