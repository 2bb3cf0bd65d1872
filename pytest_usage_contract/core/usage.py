"""The words in which a usage is declared: `Usage`, `Count`, `MayBeAbsent` and `ABSENT`.

    class DeploymentInvokeUsage(Usage):
        total_tokens: MayBeAbsent[Count] = ABSENT        # may be absent, not null
        completion_tokens_details: MayBeAbsent[CompletionTokensDetails | None] = ABSENT   # absent or null

Absent, null, 0 and -1 are four different things, so a field that is absent reads as `ABSENT`, never as None.
"""

from typing import Annotated, ClassVar, Final, Self, TypeVar, Union, final, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


@final
class Absent:
    """The type of `ABSENT`, which stands where nothing stood on the wire; it is falsy, and equal to itself only."""

    _only: ClassVar[Self | None] = None

    def __new__(cls) -> Self:
        """Give the one instance, also to `copy` and `pickle`."""
        cls._only = cls._only or super().__new__(cls)
        return cls._only

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


class _WithoutAbsent:
    """Tells pydantic that `T | Absent` is judged as `T`: no JSON value is ever `ABSENT`."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        left = tuple(member for member in get_args(source) if member is not Absent)
        return handler.generate_schema(Union[left])  # noqa: UP007 - the members are known only at run time


class _Number:
    """Judges a JSON number, whole or fractional, with one error where the union of int and float has two."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema(
            # An int first: a float alone would lose the last digits of 2**63 + 1.
            [core_schema.int_schema(strict=True), core_schema.float_schema(strict=True, allow_inf_nan=False)],
            mode="left_to_right",
            custom_error_type="number",
            custom_error_message="Input should be a number",
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        return {"type": "number"}


Count = Annotated[int | float, _Number()]
"""A count as all five documents show it: a JSON number; a bool or a numeric string is none."""

MayBeAbsent = Annotated[Union[T, Absent], _WithoutAbsent()]  # noqa: UP007 - `T | Absent` has no generic alias
"""`MayBeAbsent[Count]`: documented as optional; together with `= ABSENT`."""


class Usage(BaseModel):
    """The object of counts in a response; nothing is coerced, and what is undocumented stays readable.

    The docstring below a field is its documented meaning.
    """

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        frozen=True,
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # a contract costs nothing before it is needed
        protected_namespaces=(),
    )
