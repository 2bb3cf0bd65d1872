"""The usage of a contract as a type that msgspec decodes, and a function that sifts out what it cannot prove kept.

The type lets nothing pass that pydantic would not; the function asks the rest: the accounting, and which fields are
there. Of a contract that asks more than types and simple rules can say there is neither.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct
from msgspec.json import Decoder

from pytest_usage_contract.audit.lines import Line
from pytest_usage_contract.core.accounting import Beside, Part, Rule, Total, Whole
from pytest_usage_contract.core.body import LARGEST
from pytest_usage_contract.core.checker import Checker
from pytest_usage_contract.core.fast_path import KEPT, WHOLE, Node, has_fields_alone, is_provable, unwrap

Sift = Callable[[Iterable[Line]], Iterator[Line]]
"""Yields those of the lines on which a body is not proved, and counts the others."""

Prove = Callable[[bytes, int], bool]
"""Proves the body on a line otherwise, of a shape that is new, or of `KEPT` where types cannot tell it; and counts."""

OF_RECORDS: Final = ("custom_id", "request")
"""Names of which each record of a log has one at its top, so that what has them may be more than a body."""

_NEVER: Final = Annotated[int, Meta(gt=0, lt=0)]
"""The type of no value."""

_COUNT: Final = Annotated[int, Meta(ge=0, le=2**53)]
_NUMBER: Final = Annotated[float, Meta(gt=-1e300, lt=1e300)]
_PLAIN: Final[Mapping[str, Any]] = {"int": _COUNT, "union": _COUNT, "float": _NUMBER, "str": str, "bool": bool}

_DOUBT: Final = "yield number, line; continue"

_DEEPEST: Final = 60
"""Blanks before a line; what is nested deeper contains itself."""

_LONGEST: Final = 100
"""Letters of the way to what is there in any case, likewise."""


class Untyped(Exception):  # noqa: N818 - it is no error: there is another way
    """A contract asks more of its usages than types and simple rules can say."""


def write_sift(checker: Checker, place: Sequence[str], counted: dict[Hashable, int], prove: Prove) -> Sift:
    """Return what sifts bodies with a usage at a *place* by types, and counts in *counted* those of a shape.

    What it leaves to *prove* that counts itself. Raises `Untyped` where types cannot do it.
    """
    kind, lines = _Writer(checker).write(f"read(line){'.inner' * len(place)}")
    names = {"UNSET": UNSET, "read": Decoder(wrap(kind, place)).decode, "counted": counted, "prove": prove}
    exec("\n".join(lines), names)  # noqa: S102 - nothing of the contract stands in it but numbers
    sift: Sift = names["sift"]  # type: ignore[assignment]  # it was written so
    return sift


def wrap(kind: Any, place: Sequence[str]) -> type[Struct]:
    """Return the type of an object that has a *kind* of value at a *place*, step by step, and whatever else."""
    for number, step in reversed([*enumerate(place)]):
        never = [] if number else [(name, _NEVER, 0) for name in OF_RECORDS if name != step]
        kind = defstruct("Body", [("inner", kind), *never], rename={"inner": step}, gc=False)
    made: type[Struct] = kind
    return made


class _Writer:
    """Builds the type and writes the function, a line at a time."""

    def __init__(self, checker: Checker) -> None:
        contract, schema = checker.contract, checker.schema
        rules = [rule for rule in contract.accounting if not isinstance(rule, Beside)]
        if contract.either_spelling or not all(isinstance(rule, Total | Whole | Part) for rule in rules):
            raise Untyped
        self._definitions = {node["ref"]: node for node in schema.get("definitions", ())}
        self._root = self._follow(schema["schema"]) if schema["type"] == "definitions" else schema
        operands = dict.fromkeys(path for rule in rules for path in rule.operands)
        self._counts = {path: f"count{number}" for number, path in enumerate(operands)}
        self._zeros = contract.dialect.zeros
        self._sure = dict(self._list_sure(self._root, "usage", ""))
        self._inline = [rule for rule in rules if self._is_inline(rule)]
        self._late = [rule for rule in rules if not self._is_inline(rule)]
        self._late_operands = {path for rule in self._late for path in rule.operands}
        self._number, self._bit = count(), WHOLE

    def write(self, way: str) -> tuple[type[Struct], list[str]]:
        """Return the type of the usage that is had by a *way*, and the lines of `sift`."""
        first = self._sure | dict.fromkeys(self._late_operands - self._sure.keys(), "None")
        first |= dict.fromkeys(self._late_operands & set(self._zeros), "0")
        lines = [
            "def sift(lines):",
            "    for number, line in lines:",
            f"        shape = {KEPT}",
            "        try:",
            f"            usage = {way}",
            # msgspec does not look at the bytes of a text that it skips.
            f"            if not (line.isascii() or str(line, 'utf-8')) or len(line) > {LARGEST}: {_DOUBT}",
            f"            shape = {WHOLE}",
            *(f"            {name} = {first[path]}" for path, name in self._counts.items() if path in first),
        ]
        kind = self._build(self._root, "usage", "", " " * 12, lines)
        for rule in self._late:
            left, *others = [self._counts[path] for path in rule.operands]
            there = [f"{self._counts[path]} is not None" for path in rule.operands if first[path] == "None"]
            broken = f"{left} > {others[0]}" if isinstance(rule, Part) else f"{left} != {' + '.join(others)}"
            lines.append(f"            if {' and '.join([*there, broken])}: {_DOUBT}")
        return kind, [
            *lines,
            f"            counted[{KEPT} if shape & 1 else shape] += 1",
            "        except KeyError:",
            f"            if not prove(line, {KEPT} if shape & 1 else shape): yield number, line",
            "        except Exception:",  # whatever the doubt, there is the full check
            "            yield number, line",
        ]

    def _is_inline(self, rule: Rule) -> bool:
        """Tell whether a rule can be asked where its part is read, since the whole is there for sure."""
        return isinstance(rule, Part) and rule.whole in self._sure and rule.part not in self._sure

    def _list_sure(self, model: Node, way: str, path: str) -> Iterator[tuple[str, str]]:
        """Yield the counts that are there in any case, each with the way that leads to it."""
        if len(way) > _LONGEST:
            raise Untyped
        for number, (wire, node, *may) in enumerate(self._fields(model)):
            inner, on = f"{path}.{wire}" if path else wire, f"{way}.f{number}"
            if any(may):
                continue
            if node["type"] == "model":
                yield from self._list_sure(node, on, inner)
            elif inner in self._counts:
                yield inner, on

    def _fields(self, model: Node) -> Iterator[tuple[str, Node, bool, bool]]:
        """Yield the fields of an object: the name, what its value is, whether it may be absent, and null."""
        if model["type"] != "model" or not has_fields_alone(model):
            raise Untyped
        for wire, declared in model["schema"]["fields"].items():
            if "validation_alias" in declared:
                raise Untyped
            node, optional, nullable = unwrap(declared["schema"])
            yield wire, self._follow(node), optional, nullable

    def _follow(self, node: Node) -> Node:
        return self._definitions[node["schema_ref"]] if node["type"] == "definition-ref" else node

    def _build(self, model: Node, name: str, path: str | None, indent: str, lines: list[str]) -> type[Struct]:
        """Return the type of an object, and add the *lines* that look at the one called *name*.

        *path* is where it stands below the usage, None in lists.
        """
        if len(indent) > _DEEPEST:
            raise Untyped
        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        renamed: dict[str, str] = {}
        for number, (wire, node, optional, nullable) in enumerate(self._fields(model)):
            field, value, may = f"f{number}", f"value{next(self._number)}", optional or nullable
            inner = None if path is None else f"{path}.{wire}" if path else wire
            below: list[str] = []
            kind = self._look(node, value, inner, indent + "    " * may, below)
            if below or may:
                lines.append(f"{indent}{value} = {name}.{field}")
            word = "if"
            for what in ["UNSET"] * optional + ["None"] * nullable:
                self._bit *= 2
                lines.append(f"{indent}{word} {value} is {what}: shape |= {self._bit}")
                word = "elif"
            lines += [f"{indent}else:"] * bool(below and may) + below
            kind = kind | None if nullable else kind
            fields.append((field, kind | UnsetType, UNSET) if optional else (field, kind))
            renamed[field] = wire
        return defstruct("Usage", fields, rename=renamed, forbid_unknown_fields=True, gc=False, kw_only=True)

    def _look(self, node: Node, value: str, path: str | None, indent: str, lines: list[str]) -> Any:
        """Return the type of a value, and add the *lines* that look at it where it is there."""
        if node["type"] == "model":
            return self._build(node, value, path, indent, lines)
        if not is_provable(node):
            raise Untyped
        match node:
            case {"type": "int" | "union"} if path in self._counts and path not in self._sure:
                wholes = [self._counts[rule.operands[1]] for rule in self._inline if rule.operands[0] == path]
                lines += [f"{indent}if {value} > {whole}: {_DOUBT}" for whole in wholes]
                lines += [f"{indent}{self._counts[path]} = {value}"] * (path in self._late_operands)
            case {"type": "list", "items_schema": items}:
                lines.append(f"{indent}shape |= 1")
                return list[self._look(self._follow(items), "_", None, indent, [])]  # type: ignore[misc]  # made as it goes
            case {"type": "literal", "expected": expected}:
                return Literal[tuple(expected)]
            case {"type": "dict"}:
                return dict[str, Any]
            case _:
                pass
        return _PLAIN[node["type"]]
