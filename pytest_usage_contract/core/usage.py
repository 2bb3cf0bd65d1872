"""The words in which a usage is declared: `Usage`, `Count`, `MayBeAbsent` and `ABSENT`.

    class DeploymentInvokeUsage(Usage):
        total_tokens: MayBeAbsent[Count] = ABSENT        # may be absent, not null
        completion_tokens_details: MayBeAbsent[CompletionTokensDetails | None] = ABSENT   # absent or null

Absent, null, 0 and -1 are four different things, so a field that is absent reads as `ABSENT`, never as None.
What a document has no way to say is said so, and judged leniently: `PerhapsNull`, `PerhapsWhole`, `SomeObject`
and `Unread`.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, Self, TypeVar, Union, final, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, model_serializer
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


@final
class Absent:
    """The type of `ABSENT`, which stands where nothing stood on the wire; it is falsy, and equal to itself only."""

    _only: ClassVar[Self | None] = None

    def __new__(cls) -> Self:
        """Give the one instance, also to `copy` and `pickle`."""
        if cls._only is None:  # it is falsy itself
            cls._only = super().__new__(cls)
        return cls._only

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


class AbsentMark:
    """Tells pydantic that `T | Absent` is judged as `T`: no JSON value is ever `ABSENT`."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        left = tuple(member for member in get_args(source) if member is not Absent)
        return handler.generate_schema(Union[left])  # noqa: UP007 - the members are known only at run time


class NumberMark:
    """Judges a JSON number, whole or fractional, with one error where the union of int and float has two."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema(
            # An int first: a float alone would lose the last digits of 2**63 + 1.
            [core_schema.int_schema(strict=True), core_schema.float_schema(strict=True, allow_inf_nan=False)],
            mode="left_to_right",
            custom_error_type="number",
            custom_error_message="Input should be a number",
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return {"type": "number"}


Count = Annotated[int | float, NumberMark()]
"""A count as documents show it that say no more: a JSON number; a bool or a numeric string is none."""

Amount = float
"""Money, a duration, a rate: a finite number, whole or fractional, that counts nothing."""

MayBeAbsent = Annotated[Union[T, Absent], AbsentMark()]  # noqa: UP007 - `T | Absent` has no generic alias
"""`MayBeAbsent[Count]`: documented as optional; together with `= ABSENT`."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Marks what a document cannot say of a field: whether `null` or `whole`, or its `fields` or `type`."""

    what: str


class ValueMark:
    """Judges any JSON value but null, with one error."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema(
            [handler.generate_schema(member) for member in get_args(source)],
            custom_error_type="value",
            custom_error_message="documented as a value",
        )


PerhapsNull = Annotated[Union[T, None], Unknown("null")]  # noqa: UP007 - `T | None` has no generic alias
"""`PerhapsNull[Count]`: the document cannot say whether null is allowed, so it is."""

PerhapsWhole = Annotated[T, Unknown("whole")]
"""`PerhapsWhole[Count]`: the document cannot tell an integer from a number, so a number will do."""

SomeObject = Annotated[dict[str, object], Unknown("fields")]
"""An object whose fields could not be read, so that nothing inside it is judged."""

Unread = Annotated[dict[str, object] | list[object] | str | bool | int | float, ValueMark(), Unknown("type")]
"""A value whose type could not be read: anything but null."""


class Usage(BaseModel):
    """The object of counts in a response; nothing is coerced, and what is undocumented stays readable.

    The docstring below a field is its documented meaning.
    """

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        frozen=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # a contract costs nothing before it is needed
        protected_namespaces=(),
    )

    @model_serializer
    def _dump(self) -> dict[str, object]:
        """Dump what was there: a field that was absent is absent again."""
        fields = {name: value for name, value in self.__dict__.items() if value is not ABSENT}
        # pydantic 2.10 cannot dump a usage in a usage that has not been built by itself, unless it is asked for it.
        inside = {name: value.model_dump() for name, value in fields.items() if isinstance(value, Usage)}
        return {**fields, **inside, **(self.__pydantic_extra__ or {})}


# It has no field itself, and to look for docstrings costs as much as all the rest of this module.
Usage.model_config["use_attribute_docstrings"] = True
