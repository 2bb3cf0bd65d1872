"""A lean judge of plain usages that pydantic has typed already: whether their counts keep the contract, too."""

from collections.abc import Callable, Iterator, Mapping

from pydantic import BaseModel
from pydantic_core import SchemaValidator, core_schema

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.fast_path import UNPROVED, Node, Writer, join, run, unwrap

TypedProof = Callable[[BaseModel], int]
"""Tells of a typed usage whether it is proved to be kept."""


def type_envelope(schema: Node) -> SchemaValidator:
    """Return what reads of a body the usage alone, at the usual place, by the core *schema* of its model."""
    return SchemaValidator(core_schema.typed_dict_schema({"usage": core_schema.typed_dict_field(schema)}))


def compile_typed_proof(contract: Contract, schema: Node) -> TypedProof:
    """Return the lean judge of the typed usages of *contract*, which are plain, and whose model has that *schema*."""
    proof: TypedProof = run("\n".join(_TypedWriter(contract, schema).write()), contract)
    return proof


class _TypedWriter(Writer):
    """Writes a function that asks objects instead of dictionaries; their types are right, and what is absent, is so."""

    def _value(self, node: Node, name: str, path: str | None, indent: str) -> Iterator[str]:
        if node["type"] != "model":
            yield from super()._value(node, name, path, indent)
            return
        yield f"{indent}if {name}.__pydantic_extra__: return {UNPROVED}"
        yield f"{indent}fields = {name}.__dict__"
        yield from self._fields(node["schema"]["fields"], "fields", path, indent)

    def _fields(self, fields: Mapping[str, Node], name: str, path: str | None, indent: str) -> Iterator[str]:
        values = {field: f"value{next(self._number)}" for field in fields}
        yield from (f"{indent}{value} = {name}[{field!r}]" for field, value in values.items())
        for field, value in values.items():
            node, optional, nullable = unwrap(fields[field]["schema"])
            there = f"{value} is not None and {value} is not ABSENT" if optional or nullable else "True"
            yield f"{indent}if {there}:"
            yield from self._value(node, value, join(path, field), indent + "    ")
