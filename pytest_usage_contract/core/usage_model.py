"""The pydantic model of a usage, built from its JSON Schema; only the words of a contract file are understood.

Whatever a file says, reading it ends: its nesting, its schemas and its fields are bounded, and each is read once.
"""

import keyword
from collections.abc import Mapping
from typing import Annotated, Any, Final, ForwardRef, Literal, Union

from pydantic import Field, RootModel, create_model

from pytest_usage_contract.core.escape import describe, escape
from pytest_usage_contract.core.usage import (
    ABSENT,
    Count,
    MayBeAbsent,
    PerhapsNull,
    PerhapsWhole,
    SomeObject,
    Unread,
    Usage,
)
from pytest_usage_contract.core.usage_schema import TYPES, UNKNOWNS, InOrder, definition_key, sounds_like_count

DEEPEST: Final = 64
MOST_SCHEMAS: Final = 10_000
MOST_ALTERNATIVES: Final = 1_000
"""Schemas inside one another, in all, and in unions, that are read."""

WORDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "$ref": str,
    "additionalProperties": dict,
    "anyOf": list,
    "const": (str, int, type(None)),
    "description": str,
    "enum": list,
    "examples": list,
    "items": dict,
    "properties": dict,
    "required": list,
    "title": str,
    "type": (str, list),
    "x-count": bool,
    "x-unknown": list,
}
"""The words of a schema, and what may stand there."""

BESIDE: Final = ("$schema", "x-usage-contract", "examples", "$defs")
"""Further words of the whole file."""

SIMPLE: Final[Mapping[str, Any]] = {"string": str, "boolean": bool, "integer": int, "null": type(None)}

RESERVED: Final = frozenset(dir(Usage))
"""Names that have a meaning in every model."""

NO_SOURCE: Final = {"use_attribute_docstrings": False}
"""A model made of data has no source, for which pydantic would look in every file around it."""

Node = Mapping[str, Any]


def model_of(schema: Node, name: str) -> type[Any]:
    """Return the model of the usage that *schema* describes, called *name* unless it is a definition.

    Raise `ValueError`, which begins with the pointer to what is wrong.
    """
    return _Reader(schema).read(name)


class _Reader:
    """One reading of a schema; *models* are the objects that were read, by their pointers, or are being read."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.models: dict[str, Any] = {}
        self.circular = False
        self.spare = MOST_SCHEMAS
        self.spare_alternatives = MOST_ALTERNATIVES

    def read(self, name: str) -> type[Any]:
        words = {word: value for word, value in self.root.items() if word not in BESIDE and word != "title"}
        node = self._check(words, "#", 0)
        parts = {f"#/anyOf/{number}": inner for number, inner in enumerate(node.get("anyOf", ()))} or {"#": node}
        hints = [self._read_value(part, at, name, (), 1) for at, part in parts.items()]
        models: list[type[Usage]] = [*self.models.values()]
        if any(hint not in models for hint in hints):
            raise misfit("#", "the usage", "an object with properties, or anyOf such objects")
        namespace = {f"Object{number}": model for number, model in enumerate(models)}
        for model in models if self.circular else ():
            model.model_rebuild(force=True, _types_namespace=namespace)
        if len(hints) == 1:
            return models[models.index(hints[0])]
        return create_model(name, __base__=RootModel, root=(_unite(hints), ...))

    def _read_value(self, node: object, at: str, name: str, refs: tuple[str, ...], depth: int) -> Any:
        """Return the annotation of a value; *refs* were followed since the object around it."""
        node = self._check(node, at, depth)
        unknown = node.get("x-unknown", [])
        if odd := [word for word in unknown if word not in UNKNOWNS]:
            raise misfit(f"{at}/x-unknown", odd[0], f"some of {', '.join(UNKNOWNS)}")
        if "$ref" in node:
            hint = self._follow(node["$ref"], f"{at}/$ref", refs, depth)
        elif "anyOf" in node:
            hint = _unite(
                self._read_value(inner, f"{at}/anyOf/{number}", name, refs, depth + 1)
                for number, inner in enumerate(_some(node["anyOf"], f"{at}/anyOf"))
            )
        elif "const" in node or "enum" in node:
            hint = _literals([node["const"]] if "const" in node else _some(node["enum"], f"{at}/enum"), f"{at}/enum")
        else:
            named = node.get("type", "object" if "properties" in node else [])
            words = [named] if isinstance(named, str) else _some(named, f"{at}/type") if "type" in node else []
            hints = [self._read_type(word, node, at, name, refs, depth) for word in words]
            hint = _unite(hints) if hints else Unread if "type" in unknown else object
        hint = _apply(PerhapsWhole, hint) if "whole" in unknown else hint
        if "examples" in node:
            hint = Annotated[hint, Field(examples=_some(node["examples"], f"{at}/examples"))]
        return _apply(PerhapsNull, hint) if "null" in unknown else hint

    def _check(self, node: object, at: str, depth: int) -> Node:
        """Return *node* if it is a schema in words that are known, and within bounds."""
        self.spare -= 1
        if self.spare < 0 or depth > DEEPEST:
            raise ValueError(f"{at}: more than {MOST_SCHEMAS:,} schemas, or {DEEPEST} inside one another")
        if not isinstance(node, Mapping):
            raise misfit(at, node, "a schema, which is an object")
        for word, value in node.items():
            kinds = WORDS.get(word)
            if kinds is None:
                raise misfit(f"{at}/{pointer_step(str(word))}", "an unknown word", f"one of {', '.join(WORDS)}")
            if not isinstance(value, kinds) or (isinstance(value, bool) and word not in ("const", "x-count")):
                raise misfit(f"{at}/{word}", value, _describe_kinds(kinds))
        self.spare_alternatives -= len(node.get("anyOf", ()))
        if self.spare_alternatives < 0:
            raise ValueError(f"{at}/anyOf: more than {MOST_ALTERNATIVES:,} alternatives in all")
        return node

    def _follow(self, reference: str, at: str, refs: tuple[str, ...], depth: int) -> Any:
        definitions = self.root.get("$defs")
        key = definition_key(reference)
        if not isinstance(definitions, Mapping) or key not in definitions:
            raise misfit(at, reference, "#/$defs/NAME of a definition in this file")
        if key in refs:
            raise misfit(at, reference, "a definition that does not consist of itself")
        return self._read_value(definitions[key], f"#/$defs/{pointer_step(key)}", key, (*refs, key), depth + 1)

    def _read_type(self, word: object, node: Node, at: str, name: str, refs: tuple[str, ...], depth: int) -> Any:
        if word == "object" and "properties" in node:
            return self._read_object(node, at, name, depth)
        if word == "object" and "additionalProperties" in node:
            inner = self._read_value(node["additionalProperties"], f"{at}/additionalProperties", "", refs, depth + 1)
            return dict[str, inner]  # type: ignore[valid-type]  # a type made at run time
        if word == "object":
            return SomeObject if "fields" in node.get("x-unknown", ()) else dict[str, object]
        if word == "array":
            inner = self._read_value(node["items"], f"{at}/items", "", refs, depth + 1) if "items" in node else object
            return list[inner]  # type: ignore[valid-type]  # the same
        if word == "number":
            return Count if node.get("x-count", sounds_like_count(name)) else float
        if isinstance(word, str) and word in SIMPLE:
            return SIMPLE[word]
        raise misfit(f"{at}/type", word, f"one of {', '.join(TYPES)}")

    def _read_object(self, node: Node, at: str, name: str, depth: int) -> Any:
        if at in self.models:
            self.circular = self.circular or isinstance(self.models[at], ForwardRef)
            return self.models[at]
        self.models[at] = ForwardRef(f"Object{len(self.models)}")
        required = node.get("required", [])
        if odd := [one for one in required if not isinstance(one, str) or one not in node["properties"]]:
            raise misfit(f"{at}/required", odd[0], "names of properties")
        if "additionalProperties" in node:
            raise misfit(f"{at}/additionalProperties", node["additionalProperties"], "properties, or a map, not both")
        fields: dict[str, Any] = {}
        for wire, inner in node["properties"].items():
            hint = self._read_value(inner, f"{at}/properties/{pointer_step(wire)}", wire, (), depth + 1)
            attribute = attribute_name(wire)
            while attribute in fields:
                attribute += "_"
            described: Any = {"description": inner["description"]} if inner.get("description") else {}
            alias: Any = {} if attribute == wire else {"alias": wire}
            default = () if wire in required else (ABSENT,)
            fields[attribute] = (
                hint if wire in required else _apply(MayBeAbsent, hint),
                Field(*default, **alias, **described),
            )
        title = node.get("title", name) or "Usage"
        model = create_model(title, __base__=Usage, __module__=__name__, __cls_kwargs__=NO_SOURCE, **fields)
        self.models[at] = model
        return model


def misfit(at: str, there: object, fitting: str) -> ValueError:
    """Return the error of what stands at a pointer, and what would do."""
    shown = escape(there) if isinstance(there, str) else describe(there)
    return ValueError(f"{at}: {shown}; what would do is {fitting}")


def pointer_step(name: str) -> str:
    """Return *name* as a step of a JSON pointer that is safe to show."""
    return escape(name.replace("~", "~0").replace("/", "~1"))


def attribute_name(name: str) -> str:
    """Return the attribute for a wire name: the same name, wherever Python and pydantic allow it."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in name)
    plain = plain.lstrip("_") or "field"
    plain = f"field_{plain}" if plain[0].isdigit() else plain
    return f"{plain}_" if keyword.iskeyword(plain) or plain in RESERVED else plain


def _apply(alias: Any, hint: Any) -> Any:
    """Apply a generic alias to a type that is made at run time."""
    return alias[hint]


def _some(values: list[Any], at: str) -> list[Any]:
    if not values:
        raise misfit(at, values, "one or more")
    return values


def _unite(hints: Any) -> Any:
    members = tuple(hints)
    united = _apply(Union, members)
    return Annotated[united, InOrder(tuple(map(repr, members)))] if len(members) > 1 else united


def _literals(values: list[Any], at: str) -> Any:
    if odd := [value for value in values if not isinstance(value, str | int | None)]:
        raise misfit(at, odd[0], "texts, whole numbers, true, false and null")
    real = tuple(value for value in values if value is not None)
    hints = [Annotated[Literal[real], InOrder(real)]] if real else []
    return _unite([*hints, None] if None in values else hints)


def _describe_kinds(kinds: type | tuple[type, ...]) -> str:
    words = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a whole number"}
    return " or ".join(words.get(kind, "null") for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
