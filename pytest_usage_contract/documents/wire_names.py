"""Find the name on the wire that a name in a document stands for.

An SDK shows `inputTokens` or `InputTokens` where the wire has `input_tokens`, or perhaps `inputTokens`: the document
does not say. The rules put such a name into snake_case; where more than one name is possible, the contract accepts
one spelling throughout, until somebody says which it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SNAKE_CASE: Final = "snake_case"
AS_SHOWN: Final = "as_shown"
CONVENTIONS: Final = (SNAKE_CASE, AS_SHOWN)

WORD_PATTERN: Final = re.compile(
    r"""[A-Z]+s(?![a-z])         # IDs
      | [A-Z]+\d+(?![a-z])       # B64 of B64JSON
      | [A-Z]+(?![a-z])          # BYOK of IsBYOK, HTTP of HTTPStatus
      | [A-Z]?[a-z]+\d+(?![a-z0-9])  # b64 of b64Json
      | \d+[a-z]*                # 1h of ephemeral1hInputTokens
      | [A-Z]?[a-z]+
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class WireName:
    """*name* is the wire's; *sure* says that no other is possible."""

    name: str
    sure: bool


@dataclass(frozen=True, slots=True)
class WireNames:
    """Rules for the names of one document: a *convention* ("" if none was given), and *overrides* of it."""

    convention: str = ""
    overrides: Mapping[str, str] | None = None

    def of(self, shown: str, *, wire: bool) -> WireName:
        """Return the name on the wire; *wire* says that the flavour shows names as they are there."""
        if self.overrides and shown in self.overrides:
            return WireName(self.overrides[shown], sure=True)
        if self.convention == AS_SHOWN:
            return WireName(shown, sure=True)
        if wire and not self.convention:
            return WireName(strip_reserved_underscore(shown), sure=True)
        name = to_snake_case(shown)
        return WireName(name, sure=name == shown or (self.convention == SNAKE_CASE and not re.search(r"\d", shown)))


def parse_wire_names(given: str | Mapping[str, str] | None) -> WireNames:
    """Parse the rules that were asked for: a convention, a table of names, or nothing; raise `ValueError`."""
    if given is None or given == "":
        return WireNames()
    if not isinstance(given, str):
        convention = given.get("*", "")
        return WireNames(parse_wire_names(convention).convention, {k: v for k, v in given.items() if k != "*"})
    if given not in CONVENTIONS:
        raise ValueError(f"{given!r} is no convention of wire names; there are {' and '.join(CONVENTIONS)}")
    return WireNames(given)


def strip_reserved_underscore(shown: str) -> str:
    """Return a Python name without the underscore that keeps it from being a keyword: `async_`, and `end_` likewise."""
    return shown.removesuffix("_") or shown


def to_snake_case(shown: str) -> str:
    """Spell `ephemeral1hInputTokens` as `ephemeral_1h_input_tokens`, `b64Json` as `b64_json`, `IsBYOK` as `is_byok`."""
    head = shown[: len(shown) - len(shown.lstrip("_"))]
    if "_" in shown.strip("_") and shown == shown.lower():
        return shown
    return head + "_".join(WORD_PATTERN.findall(shown)).lower() if re.fullmatch(r"\w+", shown, re.ASCII) else shown
