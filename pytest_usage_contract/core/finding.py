"""Findings, whose texts are made when somebody reads them, and the verdict that holds all those of one exchange."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from pytest_usage_contract.core.accounting import Rule
from pytest_usage_contract.core.codes import CODES, Kind
from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.policy import parse_kinds
from pytest_usage_contract.core.tokens import NO_TOKENS, Tokens, read_tokens
from pytest_usage_contract.core.usage import ABSENT

NOTHING_SEEN: Mapping[str, bool] = MappingProxyType({})


class Texts(NamedTuple):
    """What a finding says: what should be, what is, and a line that holds both."""

    expected: str
    actual: str
    message: str


Tell = Callable[[Any], Texts]
"""Makes the texts of the value that they are about."""


class Finding:
    """One thing wrong with one exchange under the contract named *contract*.

    *path* is the dotted place as the wire spells it, *expected* and *actual* are short texts, *message* is a
    line that holds both; all texts are safe to show anywhere that plain text is safe. *type* is of drift alone: the
    JSON type of what stands there.
    """

    __slots__ = ("_tell", "_texts", "code", "contract", "path", "type")
    _fields = ("contract", "code", "path", "expected", "actual", "message", "type")

    contract: Final[str]
    code: Final[str]
    path: Final[str]
    type: Final[str]
    _tell: Tell
    _texts: object

    def __init__(  # noqa: PLR0913, PLR0917 - it has as many fields
        self,
        contract: str,
        code: str,
        path: str,
        expected: str,
        actual: str,
        message: str,
        type: str = "",  # noqa: A002 - as the field is called
    ) -> None:
        """Take all that it says."""
        self.contract, self.code, self.path, self.type = contract, code, path, type
        self._texts = Texts(expected, actual, message)

    @staticmethod
    def unread(contract: str, code: str, path: str, tell: Tell, value: object, json_type: str = "") -> "Finding":
        """Return a finding whose texts *tell* makes of the *value* when the first of them is read.

        The value is one that cannot change until then, and is short.
        """
        found = object.__new__(Finding)
        found.contract, found.code, found.path, found.type = contract, code, path, json_type  # type: ignore[misc]
        found._tell, found._texts = tell, value
        return found

    @property
    def texts(self) -> Texts:
        """What it says, made when it is first asked for."""
        texts = self._texts
        if not isinstance(texts, Texts):  # but the value that they are made of
            texts = self._texts = self._tell(texts)
        return texts

    @property
    def expected(self) -> str:
        """What should be there."""
        return self.texts.expected

    @property
    def actual(self) -> str:
        """What is there."""
        return self.texts.actual

    @property
    def message(self) -> str:
        """A line that says both."""
        return self.texts.message

    @property
    def kind(self) -> Kind:
        """`schema`, `accounting`, `drift` or `booking`."""
        return CODES[self.code].kind

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same from run to run: of contract, path, code and type."""
        return fingerprint_of(self.contract, self.code, self.path, self.type)

    def __iter__(self) -> Iterator[str]:
        return (self.contract, self.code, self.path, *self.texts, self.type).__iter__()

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Finding) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.contract, self.code, self.path, self.type))

    def __repr__(self) -> str:
        return f"Finding({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

    def __reduce__(self) -> tuple[object, ...]:
        return Finding, tuple(self)

    def _asdict(self) -> dict[str, str]:
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, **changes: str) -> "Finding":
        return Finding(**(self._asdict() | changes))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic carry it as its fields in a row."""
        row = core_schema.plain_serializer_function_ser_schema(list)
        fields = core_schema.tuple_positional_schema([core_schema.str_schema()] * len(cls._fields))
        return core_schema.no_info_after_validator_function(lambda told: cls(*told), fields, serialization=row)


def fingerprint_of(contract: str, code: str, path: str, json_type: str = "") -> str:
    """Return what tells a finding from others, whatever the test, the value and the version of the code."""
    words = (contract, path, code, json_type) if json_type else (contract, path, code)
    return sha256("|".join(words).encode()).hexdigest()[:12]


def without_repetition(findings: Sequence[Finding]) -> list[Finding]:
    """Return of those *findings* that agree in code, path and type the first."""
    if len({found.path for found in findings}) == len(findings):
        return [*findings]
    once: dict[tuple[str, str, str], Finding] = {}
    for found in findings:
        once.setdefault((found.code, found.path, found.type), found)
    return [*once.values()]


class Reading(NamedTuple):
    """All that a full look at a usage has seen: see `Verdict`.

    *refused* says that its model does not accept it; where it does, and *usage* is None, it is typed when asked for.
    """

    usage: BaseModel | None = None
    seen: Mapping[str, bool] = NOTHING_SEEN
    rules: Sequence[Rule] = ()
    refused: bool = False


NOTHING_READ: Final = Reading()


class Judge(Protocol):
    """The judge of a *contract*, who can look again at a usage that he has found to be kept."""

    contract: Contract

    def type_usage(self, usage: dict[str, object]) -> BaseModel | None:
        """Return *usage* as a typed object."""

    def read(self, usage: dict[str, object]) -> Reading:
        """Look at *usage* in full."""


class Verdict(NamedTuple):
    """All findings of one exchange under one contract; *contract* is its name.

    *wire* is the usage as plain JSON data with wire names, before any judgement; `ABSENT` where there was none.
    *note* says what could not be seen in what was judged.
    *judge* looks again where somebody asks for what was not needed to find nothing, and *reading* was left out.
    """

    contract: str
    findings: tuple[Finding, ...] = ()
    wire: object = ABSENT
    note: str = ""
    judge: Judge | None = None
    reading: Reading | None = None

    @property
    def usage(self) -> BaseModel | None:
        """The usage as a typed object with wire names where its model accepts it, else None."""
        if self.reading is not None and (self.reading.refused or self.reading.usage is not None):
            return self.reading.usage
        return self.judge.type_usage(self.wire) if self.judge and isinstance(self.wire, dict) else None

    @property
    def seen(self) -> Mapping[str, bool]:
        """The path of each documented field that was there, and whether it had a value (not null)."""
        return self._read().seen

    @property
    def rules(self) -> tuple[str, ...]:
        """The accounting rules whose operands were all there, in words."""
        return tuple(rule.words for rule in self._read().rules)

    def _read(self) -> Reading:
        if self.reading is not None:
            return self.reading
        return self.judge.read(self.wire) if self.judge and isinstance(self.wire, dict) else NOTHING_READ

    @property
    def promise(self) -> Contract | None:
        """The contract itself; None where there was no usage to judge."""
        return self.judge.contract if self.judge else None

    @property
    def tokens(self) -> Tokens:
        """The meaning of the counts; all None without a usage, or without a dialect."""
        promise, usage = self.promise, self.wire
        if promise is None or not isinstance(usage, dict):
            return NO_TOKENS
        return read_tokens(promise.dialect, promise.accounting, usage, trusted=usage == promise.example)

    @property
    def kept(self) -> bool:
        """True where nothing at all was found."""
        return not self.findings

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def fails(self, fail_on: str | Iterable[str] = ("schema",)) -> bool:
        """Tell whether a finding is of a kind that fails; raise `ValueError` for an unknown kind."""
        failing = parse_kinds(fail_on)
        return any(finding.kind in failing for finding in self.findings)
