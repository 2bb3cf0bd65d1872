"""The JSON Schema of a usage, written from the annotations of its model; what JSON has no word for is refused.

Nested models stand below `$defs`, in the order in which they are needed. `x-unknown` lists what the document cannot
say of a value, and `x-count` tells whether a number counts something where its name does not tell.
"""

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from urllib.parse import unquote

from pydantic import AliasChoices, AliasPath, BaseModel, RootModel, Strict
from pydantic.fields import FieldInfo

from pytest_usage_contract.core.escape import path_step
from pytest_usage_contract.core.fields import JSON_TYPES, STEPS, is_model, unalias, wire_name
from pytest_usage_contract.core.usage import Absent, AbsentMark, NumberMark, Unknown, Usage, ValueMark

Schema = dict[str, Any]

UNKNOWNS: Final = ("null", "whole", "fields", "type")
TYPES: Final = ("object", "array", "string", "boolean", "integer", "number", "null")

COUNT_NAMES: Final = re.compile(r"tokens?(_(?!cost$)|$)|(^|_)(count|requests)$", re.IGNORECASE)
"""Names of numbers that count something; of others, such as a cost, a fraction is nothing to speak of."""


@dataclass(frozen=True, slots=True)
class InOrder:
    """Marks the members of a union, or literals, with their order: `typing` takes those in another for the same."""

    members: tuple[object, ...]


NULL: Final[Schema] = {"type": "null"}


def schema_of(model: type[BaseModel]) -> Schema:
    """Return the schema of *model*; raise `ValueError` that names the field which JSON Schema has no word for."""
    return _Writer().write(model)


class _Writer:
    """One writing of a schema, which gathers the definitions."""

    def __init__(self) -> None:
        self.keys: dict[type[BaseModel], str] = {}
        self.definitions: dict[str, Schema] = {}

    def write(self, model: type[BaseModel]) -> Schema:
        if issubclass(model, RootModel):
            schema = self._value(model, "usage")
        else:
            schema = {**self._reference(model, "usage")}
            key = self.keys[model]
            if not _refers(self.definitions, schema["$ref"]):
                schema = self.definitions.pop(key)
        return schema | ({"$defs": self.definitions} if self.definitions else {})

    def _reference(self, model: type[BaseModel], path: str) -> Schema:
        if model not in self.keys:
            plain = key = re.sub(r"[^A-Za-z0-9_.-]", "_", model.__name__)
            number = 2
            while key in self.definitions:
                key, number = f"{plain}{number}", number + 1
            self.keys[model], self.definitions[key] = key, {}
            self.definitions[key].update(self._object(model, path))
        return {"$ref": f"#/$defs/{self.keys[model]}"}

    def _object(self, model: type[BaseModel], path: str) -> Schema:
        _refuse_validators(model, path)
        properties: Schema = {}
        required: list[str] = []
        for attribute, info in model.model_fields.items():
            name = wire_name(attribute, info)
            place = path + path_step(name)
            if isinstance(info.validation_alias, AliasChoices | AliasPath):
                raise _unspeakable(place, info.validation_alias)
            if info.discriminator is not None:
                raise _unspeakable(place, f"discriminator={info.discriminator!r}")
            schema = self._marked(info.annotation, info.metadata, place, name) | _examples(info)
            properties[name] = schema | ({"description": info.description} if info.description else {})
            if info.is_required():
                required.append(name)
        return {"type": "object", "properties": properties} | ({"required": required} if required else {})

    def _value(self, annotation: Any, path: str, name: str = "") -> Schema:
        """Return the schema of a value; *name* is that of the field where it stands itself, not in a list or map."""
        annotation = unalias(annotation)
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._marked(arguments[0], arguments[1:], path, name)
        if origin in (Union, types.UnionType):
            return self._union(arguments, path, name)
        if origin is Literal:
            return _choice(arguments, path)
        if is_model(annotation):
            if not issubclass(annotation, RootModel):
                return self._reference(annotation, path)
            _refuse_validators(annotation, path)
            root = annotation.model_fields["root"]
            return self._marked(root.annotation, root.metadata, path, name)
        if annotation in (Any, object):
            return {}
        if annotation is None or annotation is type(None):
            return NULL
        if annotation is float:
            return _number(name, counts=False)
        return self._named(annotation, origin, arguments, path)

    def _named(self, annotation: Any, origin: Any, arguments: tuple[Any, ...], path: str) -> Schema:
        kind = origin or annotation
        if kind not in JSON_TYPES:
            raise _unspeakable(path, annotation)
        step = STEPS.get(kind)
        inner = self._value(arguments[-1], f"{path}{step}") if step and arguments else {}
        if step == "[]":
            return {"type": "array"} | ({"items": inner} if inner else {})
        return {"type": JSON_TYPES[kind]} | ({"additionalProperties": inner} if inner else {})

    def _marked(self, annotation: Any, marks: Sequence[object], path: str, name: str) -> Schema:
        unknown = {mark.what for mark in marks if isinstance(mark, Unknown)}
        for mark in marks:
            harmless = mark is None or isinstance(mark, Unknown | AbsentMark | NumberMark | ValueMark | InOrder)
            if not (harmless or _examples(mark) or (isinstance(mark, Strict) and mark.strict)):
                raise _unspeakable(path, mark)
        if "type" in unknown:
            schema: Schema = {}
        else:
            schema = self._value(dict if "fields" in unknown else annotation, path, name)
        unknown |= {*schema.get("x-unknown", ())}
        shown = {word: value for mark in marks for word, value in _examples(mark).items()}
        return schema | shown | ({"x-unknown": [word for word in UNKNOWNS if word in unknown]} if unknown else {})

    def _union(self, members: Sequence[Any], path: str, name: str) -> Schema:
        left = [member for member in members if member is not Absent]
        if {int, float} <= {*left}:
            at = min(left.index(int), left.index(float))
            left = [member for member in left if member not in (int, float)]
            numbers = [_number(name, counts=True)]
        else:
            at, numbers = 0, []
        found = [self._value(member, path, name) for member in left]
        return _any_of([*found[:at], *numbers, *found[at:]])


def _examples(mark: object) -> Schema:
    """Return the examples that `Field(examples=…)` gives of a value, which are all that a mark may say of it."""
    if not isinstance(mark, FieldInfo) or not mark.examples or mark.metadata:
        return {}
    return {"examples": mark.examples}


def _any_of(alternatives: Sequence[Schema]) -> Schema:
    """Return the union of schemas: as a list of types wherever that says as much."""
    flat: list[Schema] = []
    for schema in alternatives:
        inner = schema["anyOf"] if [*schema] == ["anyOf"] else [schema]
        flat += [one for one in inner if one not in flat]
    if {} in flat:
        return {}
    null = NULL in flat
    flat = [schema for schema in flat if schema != NULL]
    if len(flat) == 1:
        return _or_null(flat[0]) if null else flat[0]
    if all([*schema] == ["type"] for schema in flat):
        named = [*dict.fromkeys(word for schema in flat for word in _words(schema) if word != "null")]
        null = null or any("null" in _words(schema) for schema in flat)
        return {"type": [*named, "null"] if null else named} if named else NULL
    return {"anyOf": [*flat, NULL] if null else flat}


def _words(schema: Schema) -> list[str]:
    named = schema["type"]
    return named if isinstance(named, list) else [named]


def _or_null(schema: Schema) -> Schema:
    if "const" in schema:
        return {"enum": [schema["const"], None]}
    if "enum" in schema:
        return {"enum": [*(value for value in schema["enum"] if value is not None), None]}
    if "type" in schema:
        return {**schema, "type": [*(word for word in _words(schema) if word != "null"), "null"]}
    return {"anyOf": [schema, NULL]}


def _number(name: str, *, counts: bool) -> Schema:
    return {"type": "number"} | ({} if sounds_like_count(name) == counts else {"x-count": counts})


def sounds_like_count(name: str) -> bool:
    """Tell whether a number counts something, by the *name* of its field."""
    return COUNT_NAMES.search(name) is not None


def _choice(values: Sequence[object], path: str) -> Schema:
    """Return the schema of literals, in their order."""
    if odd := [
        value for value in values if not isinstance(value, str | int | None) or type(value).__module__ != "builtins"
    ]:
        raise _unspeakable(path, odd[0])
    ordered = [value for value in values if value is not None]
    schema = {"const": ordered[0]} if len(ordered) == 1 else {"enum": ordered}
    return schema if None not in values else _or_null(schema) if ordered else NULL


def definition_key(reference: str) -> str:
    """Return the key of the definition that `#/$defs/NAME` refers to, or nothing where *reference* is none such."""
    start, _, key = reference.partition("#/$defs/")
    return "" if start else unquote(key).replace("~1", "/").replace("~0", "~")


def _refers(schema: object, reference: str) -> bool:
    if isinstance(schema, Mapping):
        return schema.get("$ref") == reference or any(_refers(inner, reference) for inner in schema.values())
    return isinstance(schema, list) and any(_refers(inner, reference) for inner in schema)


def _refuse_validators(model: type[BaseModel], path: str) -> None:
    """Raise `ValueError` for a model that judges by code of its own, which names its first such field."""
    model.model_rebuild()
    own = model.__pydantic_decorators__
    for validators in (own.field_validators, own.validators):
        for name, validator in validators.items():
            fields = [field for field in validator.info.fields if field != "*"]
            raise _unspeakable(path + "".join(map(path_step, fields[:1])), f"the validator {name}")
    for name in (*own.model_validators, *own.root_validators):
        raise _unspeakable(path, f"the validator {name}")
    base = RootModel if issubclass(model, RootModel) else Usage if issubclass(model, Usage) else BaseModel
    if model.__get_pydantic_core_schema__.__func__ is not base.__get_pydantic_core_schema__.__func__:  # type: ignore[attr-defined]  # a class method
        raise _unspeakable(path, "a core schema of its own")


def _unspeakable(path: str, what: object) -> ValueError:
    text = what if isinstance(what, str) else getattr(what, "__name__", None) or repr(what)
    return ValueError(f"{path}: {text} cannot be said in JSON Schema; declare it by JSON types alone")
