"""What the documentation promises about the usage of one endpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic_core import CoreSchema, SchemaValidator, core_schema

from pytest_usage_contract.core.accounting import Rule
from pytest_usage_contract.core.endpoint import Endpoint, Framing, Pattern, Presence
from pytest_usage_contract.core.glance import Glance, glance_of, is_plain
from pytest_usage_contract.core.shape import Field, Shape, shape_of
from pytest_usage_contract.core.spelling import squashed

if TYPE_CHECKING:
    from pytest_usage_contract.core.counterexamples import Counterexample
    from pytest_usage_contract.core.examples import Example

__all__ = ["Contract", "Endpoint", "Framing", "Pattern", "Presence", "Source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a promise was read: the *document* (the name of its model), in which *package*, and when."""

    document: str
    package: str
    version: str = ""
    read: date | None = None

    def __str__(self) -> str:
        when = f", read {self.read}" if self.read else ""
        return f"{self.document} of {self.package}{when}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Contract:
    """The promise about one endpoint, named `provider/endpoint`.

    *usage* is the pydantic model of the usage object; *endpoints* begin with the documented one, and go on with
    where it has moved. *example* is the documentation's own, in wire spelling, or None. *default* marks the
    contract that the provider's bare name means where the response cannot tell. *erratum* says what is wrong
    with the documentation itself. *either_spelling* says that the document shows only an SDK's names, so that the
    wire may spell them so, or as here, but one way throughout.
    """

    name: str
    source: Source
    usage: type[BaseModel]
    endpoints: tuple[Endpoint, ...] = ()
    accounting: Sequence[Rule] = ()
    example: Mapping[str, Any] | None = None
    default: bool = False
    erratum: str = ""
    aliases: tuple[str, ...] = field(default=())
    either_spelling: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` where the name is not `provider/endpoint`."""
        provider, slash, endpoint = self.name.partition("/")
        if not (provider and slash and endpoint):
            raise ValueError(f"{self.name!r} is no name of a contract; one reads provider/endpoint")

    def __str__(self) -> str:
        return self.name

    @property
    def provider(self) -> str:
        """Who serves the API."""
        return self.name.partition("/")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """All that this contract may be called by: its name, its document, and further aliases."""
        return (self.name, self.source.document, *self.aliases)

    @cached_property
    def documented(self) -> Endpoint:
        """The endpoint whose promise is judged where it is not known which one was called."""
        return self.endpoints[0] if self.endpoints else Endpoint(path="", hosts=())

    @cached_property
    def shape(self) -> Shape:
        """The documented names, nested as in the usage.

        Raises `ValueError` where an accounting rule speaks of something that is no documented count.
        """
        shape = shape_of(self.usage)
        # Of the items of lists and maps there are many, and a rule could not tell which it speaks of.
        single = [field for field in shape if "[]" not in field.path and "[*]" not in field.path]
        counts = {field.path.removeprefix("usage.") for field in single if field.counts}
        for rule in self.accounting:
            if unknown := [path for path in rule.operands if path not in counts]:
                raise ValueError(f"{self.name}: the rule «{rule.words}» speaks of {unknown[0]}, no documented count")
        return shape

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every documented field in the order of the documentation, those of nested objects after their object."""
        return tuple(self.shape)

    @cached_property
    def sounds(self) -> frozenset[str]:
        """The documented names at every depth, without what their spellings differ in."""
        return frozenset(squashed(field.name) for field in self.fields)

    @cached_property
    def schema(self) -> CoreSchema:
        """What pydantic makes of the model of the usage, built when it is first asked for."""
        self.usage.model_rebuild()
        return self.usage.__pydantic_core_schema__

    @cached_property
    def validator(self) -> SchemaValidator:
        """The validator of the usage, built when it is first asked for."""
        self.usage.model_rebuild()
        return self.usage.__pydantic_validator__  # type: ignore[return-value]  # a plugin's validator does the same

    @cached_property
    def envelope(self) -> SchemaValidator:
        """Reads a JSON body whose one member that matters is the usage, and skips the rest without building it."""
        members = {"usage": core_schema.typed_dict_field(self.schema)}
        return SchemaValidator(core_schema.typed_dict_schema(members))

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each path in the documentation."""
        return {field.path: number for number, field in enumerate(self.fields)}

    @cached_property
    def glance(self) -> Glance:
        """The quick look at a usage of this contract."""
        return glance_of(self)

    @cached_property
    def plain(self) -> bool:
        """Whether a usage is nothing but counts and objects of counts."""
        return is_plain(self)

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The accounting rules in words."""
        return tuple(rule.words for rule in self.accounting)

    def examples(self) -> tuple["Example", ...]:
        """Every legal shape of the usage: documented, full, minimal, zero, and one for each freedom there is."""
        from pytest_usage_contract.core.examples import examples  # noqa: PLC0415 - needed by few runs

        return examples(self)

    def counterexamples(self) -> tuple["Counterexample", ...]:
        """Usages with one fault each, and the one finding that it must cause in the bytes of a body."""
        from pytest_usage_contract.core.counterexamples import counterexamples  # noqa: PLC0415 - needed by few runs

        return counterexamples(self)

    def json_schema(self) -> dict[str, Any]:
        """The usage as JSON Schema 2020-12, with the documented meanings."""
        from pytest_usage_contract.core.json_schema import json_schema  # noqa: PLC0415 - needed by few runs

        return json_schema(self)
