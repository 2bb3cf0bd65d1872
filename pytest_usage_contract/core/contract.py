"""The promise of the documentation about the usage of one endpoint, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel

from pytest_usage_contract.core.accounting import Rule
from pytest_usage_contract.core.endpoint import Endpoint, Framing, Pattern, Presence, is_row
from pytest_usage_contract.core.tokens import NO_DIALECT, Dialect

__all__ = ["Contract", "Dialect", "Divergence", "Endpoint", "Framing", "Pattern", "Presence", "Source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source of a promise: a *document* of a *package* in a *version*, and the day when it was *read*.

    Empty is what the document does not say of itself.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # where it is read from a contract file

    document: str
    package: str = ""
    version: str = ""
    read: date | None = None

    def __str__(self) -> str:
        package = f" of {self.package}" if self.package else ""
        version = f" {self.version}" if self.version else ""
        when = f", read {self.read}" if self.read else ""
        return f"{self.document}{package}{version}{when}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """A difference, at a *path*, between a contract and the class of an SDK that is meant: *why*, and its *source*."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # where it is read from a contract file

    path: str
    why: str
    source: str


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


@dataclass(frozen=True, kw_only=True, eq=False)
class Contract:
    """The promise about one endpoint, named `provider/endpoint`.

    *usage* is the pydantic model of the usage object; *endpoints* begin with the documented one, and go on with
    where it has moved. *dialect* names the fields that tell the `Tokens` of a usage. *example* is the documentation's
    own, in wire spelling, or None. *default* marks the contract that the provider's bare name means where the
    response cannot tell. *erratum* says what is wrong with the documentation itself. *either_spelling* says that the
    document shows only an SDK's names, so that the wire may spell them so, or as here, but one way throughout.
    *divergences* are the differences to the provider's own SDK that are meant.
    """

    name: str
    source: Source
    usage: type[BaseModel]
    endpoints: tuple[Endpoint, ...] = ()
    accounting: Sequence[Rule] = ()
    dialect: Dialect = NO_DIALECT
    example: Mapping[str, Any] | None = None
    default: bool = False
    erratum: str = ""
    aliases: tuple[str, ...] = field(default=())
    either_spelling: bool = False
    divergences: tuple[Divergence, ...] = ()

    def __post_init__(self) -> None:
        """Raise `TypeError` for a value of another type, `ValueError` where the name is not `provider/endpoint`."""
        for what, value, fits, wanted in (
            ("name", self.name, isinstance(self.name, str), "a text, provider/endpoint"),
            ("source", self.source, isinstance(self.source, Source), "a Source"),
            ("usage", self.usage, _is_model(self.usage), "a class derived from Usage"),
            ("endpoints", self.endpoints, is_row(self.endpoints, Endpoint), "a row of Endpoint"),
            ("accounting", self.accounting, is_row(self.accounting, Rule), "a row of rules, such as Total"),
            ("example", self.example, isinstance(self.example, Mapping | None), "a mapping, or None"),
            ("aliases", self.aliases, is_row(self.aliases, str), "a row of names"),
        ):
            if not fits:
                raise TypeError(f"{self.name}: {what} is {value!r}; it must be {wanted}")
        provider, slash, endpoint = self.name.partition("/")
        if not (provider and slash and endpoint):
            raise ValueError(f"{self.name!r} is no name of a contract; one reads provider/endpoint")

    def __str__(self) -> str:
        return self.name

    @property
    def provider(self) -> str:
        """The provider, who serves the API."""
        return self.name.partition("/")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """All that this contract may be called by: its name, its document, and further aliases."""
        return (self.name, self.source.document, *self.aliases)

    @property
    def documented(self) -> Endpoint:
        """The endpoint whose promise is judged where it is not known which one was called."""
        return self.endpoints[0] if self.endpoints else Endpoint(path="", hosts=())

    @property
    def rules(self) -> tuple[str, ...]:
        """The accounting rules in words."""
        return tuple(rule.words for rule in self.accounting)
