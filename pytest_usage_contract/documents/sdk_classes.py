"""A model class of an installed SDK as JSON Schema: pydantic's, a dataclass, a TypedDict, or one of msgspec.

An SDK declares a field that may be absent as `int | None = None`, so of null that says nothing: null is unknown there.
Where an SDK has a value of its own for what is absent, as those that Speakeasy generates have, null is what it says.
"""

import dataclasses
import importlib
import sys
from enum import Enum
from importlib import metadata
from typing import Any, Final, NamedTuple, get_args, get_origin

from pydantic import BaseModel, PydanticUserError, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import EnumSchema

from pytest_usage_contract.core.escape import escape
from pytest_usage_contract.core.usage_schema import NULL, PERHAPS_NULL, UNREAD
from pytest_usage_contract.documents.document_files import DocumentError, Position

UNSET: Final = "~?~unset~?~sentinel~?~"
"""How an SDK that Speakeasy generates writes the one object of its class `Unset`, for what is absent."""


class SdkClass(NamedTuple):
    """A class as JSON Schema, and the package and version that it was found in, as far as they are known."""

    name: str
    schema: dict[str, Any]
    package: str
    version: str


class _Schemas(GenerateJsonSchema):
    """Writes JSON Schema in which what JSON has no word for is unknown."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default", "skipped-discriminator"}  # noqa: RUF012 - pydantic's

    def enum_schema(self, schema: EnumSchema) -> JsonSchemaValue:
        written = super().enum_schema(schema)
        # An enum with a method of its own for other values, as google-genai's have, takes them.
        if any("_missing_" in vars(base) for base in schema["cls"].__mro__ if base is not Enum):
            return {word: value for word, value in written.items() if word not in {"const", "enum"}}
        return written

    def handle_invalid_for_json_schema(self, schema: CoreSchema, error_info: str) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's
        return dict(UNREAD)


def read_class(document: str) -> SdkClass:
    """Return the class that `module:Class` names; raise `DocumentError` if there is none, or it has no fields."""
    place = Position(document)
    module_name, _, path = document.partition(":")
    try:
        found: Any = importlib.import_module(module_name)
        for name in path.split("."):
            found = getattr(found, name)
        found = getattr(found, "__value__", found)  # of a name for a type
    except AttributeError:
        raise DocumentError(place, f"the module {module_name} has no {path}") from None
    except Exception as fault:  # noqa: BLE001 - an import runs code of its own
        raise DocumentError(place, f"{module_name} cannot be imported: {_describe(fault)}") from None
    try:
        schema = _write_schema(found)
    except (PydanticUserError, PydanticInvalidForJsonSchema, TypeError, NameError, RecursionError) as fault:
        raise DocumentError(place, f"its fields cannot be read: {_describe(fault)}") from None
    if schema is None:
        kinds = "one of pydantic, dataclasses, TypedDict or msgspec has them, and so has a union of such"
        raise DocumentError(place, f"no class with fields; {kinds}")
    for one in (schema, *schema.get("$defs", {}).values()):
        _mend_class(one, absent_is_said=_has_unset(found))
    package, version = find_package(found.__module__ if isinstance(found, type) else module_name)
    return SdkClass(path.rpartition(".")[2], schema, package, version)


def _describe(fault: Exception) -> str:
    return escape(f"{type(fault).__name__}: {fault}".partition("\n")[0], 200)


def _write_schema(found: Any) -> dict[str, Any] | None:
    if hasattr(found, "__struct_fields__"):
        msgspec: Any = importlib.import_module("msgspec.json")
        (schema,), components = msgspec.schema_components([found], ref_template="#/$defs/{name}")
        return {**schema, "$defs": components}
    fielded = isinstance(found, type) and (issubclass(found, BaseModel) or dataclasses.is_dataclass(found))
    if fielded or hasattr(found, "__required_keys__") or get_origin(found) is not None:  # a TypedDict, or a union
        return TypeAdapter[Any](found).json_schema(schema_generator=_Schemas)
    return None


def _has_unset(found: Any) -> bool:
    """Tell whether the modules of a class, or of one in a union, know a value for what is absent."""
    modules = [sys.modules.get(base.__module__) for base in getattr(found, "__mro__", ())]
    return any(hasattr(module, "UNSET_SENTINEL") for module in modules) or any(map(_has_unset, get_args(found)))


def _mend_class(schema: dict[str, Any], *, absent_is_said: bool) -> None:
    """Leave of null what the wire may have, not what stands for an absent field, and of texts those of fields."""
    schema.pop("description", None)  # of the class, and no meaning of the fields that have it as their type
    for field in (schema, *schema.get("properties", {}).values()):
        members = [one for one in field.get("anyOf", ()) if one != {"$ref": "#/$defs/Unset"}]
        if NULL in members and field.get("default", UNSET) != UNSET:
            members = [*(one for one in members if one != NULL), *([] if absent_is_said else [PERHAPS_NULL])]
        if members:
            field["anyOf"] = members


def find_package(module_name: str) -> tuple[str, str]:
    """Return the package that a module was installed with, and its version; empty texts where that is unknown."""
    file = module_name.replace(".", "/")
    names = metadata.packages_distributions().get(module_name.partition(".")[0], [])
    for name in dict.fromkeys(names):
        found = metadata.distribution(name)
        # Several packages may share a name above, as all of Google's do.
        listed = {path.as_posix() for path in found.files or ()} if len({*names}) > 1 else None
        if listed is None or {f"{file}.py", f"{file}/__init__.py"} & listed:
            return found.name, found.version
    return "", ""
