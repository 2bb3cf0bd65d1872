"""What the documentation promises about the usage of one endpoint."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import SchemaValidator, core_schema

from pytest_usage_contract.core.accounting import Rule
from pytest_usage_contract.core.shape import Field, Glance, Shape, shape_of

Presence = Literal["required", "optional", "nullable"]
"""What a body owes: a usage; a usage or nothing; a usage, nothing or null."""


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


Pattern = Mapping[str, tuple[object, ...]]
"""What an event looks like: at each name, one of the values."""


@dataclass(frozen=True, kw_only=True)
class Framing:
    """How a stream of an endpoint carries the usage.

    *at* are the dotted places of the usage in the events that fit *carriers*; the event that fits *terminal*
    is the last one. *presence* tells whether a stream may end without a usage; where an event fits *excused*
    it may in any case.
    """

    at: tuple[str, ...] = ("usage",)
    terminal: Pattern
    carriers: Pattern | None = None
    presence: Presence = "required"
    excused: Pattern | None = None

    @cached_property
    def mark(self) -> re.Pattern[bytes]:
        """What the text of an event holds if the event can matter; all others need not be decoded."""
        ends = [
            f"{re.escape(json.dumps(name))}\\s*:\\s*{_json_pattern(value)}"
            for pattern in (self.terminal, self.excused or {})
            for name, values in pattern.items()
            for value in values
        ]
        places = [re.escape(json.dumps(place.rpartition(".")[2])) for place in self.at]
        return re.compile("|".join((*places, *ends, r'"error"\s*:\s*[{"]')).encode())


def _json_pattern(value: object) -> str:
    """*value* as JSON text, white space allowed in an empty list."""
    return r"\[\s*\]" if value == [] else re.escape(json.dumps(value))


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One call that a provider documents: *method*, *hosts*, and the end of its path.

    *at* is the dotted place of the usage in the body, *presence* what the body owes there.
    *stream* is None where the documentation knows no stream, *body* is False where it knows nothing else.
    """

    path: str
    hosts: tuple[str, ...]
    method: str = "POST"
    at: str = "usage"
    presence: Presence = "optional"
    stream: Framing | None = None

    def serves(self, method: str, path: str) -> bool:
        """Whether a request is one to this endpoint, on a host that is already known to be right."""
        return method == self.method and path.rstrip("/").endswith(self.path)


@dataclass(frozen=True, kw_only=True, eq=False)
class Contract:
    """The promise about one endpoint, named `provider/endpoint`.

    *usage* is the pydantic model of the usage object; *endpoints* begin with the documented one, and go on with
    where it has moved. *example* is the documentation's own, in wire spelling, or None. *default* marks the
    contract that the provider's bare name means where the response cannot tell. *erratum* says what is wrong
    with the documentation itself.
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
    def shape(self) -> Shape:
        """The documented names, nested as in the usage.

        Raises `ValueError` where an accounting rule speaks of something that is no documented count.
        """
        shape = shape_of(self.usage)
        counts = {field.path.removeprefix("usage.") for field in shape if field.counts}
        for rule in self.accounting:
            if unknown := [path for path in rule.operands if path not in counts]:
                raise ValueError(
                    f"{self.name}: the rule «{rule.words}» speaks of {unknown[0]}, no documented count"
                )
        return shape

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every documented field in the order of the documentation, those of nested objects after their object."""
        return tuple(self.shape)

    @cached_property
    def validator(self) -> SchemaValidator:
        """pydantic's validator of the usage, built when it is first asked for."""
        self.usage.model_rebuild()
        return self.usage.__pydantic_validator__

    @cached_property
    def envelope(self) -> SchemaValidator:
        """Reads a JSON body whose one member that matters is the usage, and skips the rest without building it."""
        self.usage.model_rebuild()
        members = {"usage": core_schema.typed_dict_field(self.usage.__pydantic_core_schema__)}
        return SchemaValidator(core_schema.typed_dict_schema(members))

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each path in the documentation."""
        return {field.path: number for number, field in enumerate(self.fields)}

    @cached_property
    def glance(self) -> Glance:
        """The quick look at a usage of this contract."""
        return Glance(self.usage, self.shape)

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The accounting rules in words."""
        return tuple(rule.words for rule in self.accounting)

    def json_schema(self) -> dict[str, Any]:
        """The usage as JSON Schema 2020-12, with the documented meanings."""
        from pytest_usage_contract.core.json_schema import json_schema  # noqa: PLC0415 - needed by few runs

        return json_schema(self)
