"""Type cells of TypeScript and Python SDKs: what their words mean, and what each flavour cannot say.

Once Markdown's dress is off, `Record<string, A | B[]>` and `Dict[str, Optional[A]]` are expressions in Python's
grammar, but for the brackets of the former.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_usage_contract.core.usage_schema import NULL, Schema, any_of, mark_unknown

if TYPE_CHECKING:
    from markdown_it.token import Token

AS_PYTHON: Final = str.maketrans("<>", "[]")
NAME: Final = re.compile(r"\w+(?:\.\w+)*")

LISTS: Final = {"[]", "List", "list", "Array", "Sequence", "Iterable"}
MAPS: Final = {"Record", "Dict", "dict", "Map", "Mapping"}
WRAPPERS: Final = {"Optional", "Nullable", "OptionalNullable"}

Reference = Callable[[str, str], Schema]
"""Returns the schema of a name, and of the link that it stands in."""


class NotUnderstoodError(ValueError):
    """A cell that does not follow the grammar."""


WORDS: Final[Mapping[str, Schema]] = {
    **{word: {"type": "string"} for word in ("string", "str", "bytes", "Date", "date", "datetime", "Decimal")},
    **{word: {"type": "integer"} for word in ("int", "integer", "bigint")},
    **{word: {"type": "boolean"} for word in ("bool", "boolean")},
    **{word: {} for word in ("any", "unknown", "Any")},
    **{word: {"type": "object"} for word in ("object", "dict")},
    "number": {"type": "number", "x-unknown": ["whole"]},
    "float": {"type": "number"},
    "null": NULL,
    "true": {"const": True},
    "false": {"const": False},
}
"""The simple types of both languages."""

PYTHON: Final = re.compile(r"\b(int|float|str|bool|bytes|List|Dict|Optional|Nullable|OptionalNullable|Union|Literal)\b")
TYPESCRIPT: Final = re.compile(r"\b(number|string|boolean|bigint|Record|Array)\b")
"""The words by which the language of a cell is known."""


def perhaps_null(schema: Schema) -> Schema:
    """Return *schema*, or null, where the document cannot say whether that is allowed."""
    nullable = any_of([schema, NULL])
    return mark_unknown(nullable, "null") if nullable != schema else schema


class CellReader(NamedTuple):
    """The reading of a cell: what a name in it means, and the links around its names.

    *exact* says that of all but lists and maps a type tells whether null is allowed, as in Python; else nothing does.
    """

    exact: bool
    resolve: Reference
    links: dict[str, str]

    def read_field(self, tokens: Iterable["Token"]) -> tuple[Schema, bool]:
        """Return the type of a field, and whether it may be absent; raise `NotUnderstoodError`."""
        node = self._parse(tokens)
        try:
            head = _head(node) if isinstance(node, ast.Subscript) else ""
            schema = self._read(node)
        except RecursionError:
            raise NotUnderstoodError("nested too deeply") from None
        return schema if head in WRAPPERS else self._vaguely(schema), head in WRAPPERS and head != "Nullable"

    def _parse(self, tokens: Iterable["Token"]) -> ast.expr:
        text = link = ""
        for token in tokens:
            if token.type in ("link_open", "link_close"):
                link = str(token.attrs.get("href", ""))
            elif token.type in ("text", "text_special"):
                text += token.content
                self.links.update(dict.fromkeys(NAME.findall(token.content), link))
            elif token.type not in ("em_open", "em_close", "softbreak"):
                raise NotUnderstoodError(token.type)
        try:
            source = "" if re.search(r"[#\\]", text) else re.sub(r"\[\s*\]", "[()]", text.translate(AS_PYTHON))
            return ast.parse(source.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise NotUnderstoodError(text) from None

    def _read(self, node: ast.expr) -> Schema:
        match node:
            case ast.Constant(value=str() | int() as value):
                return {"const": value}
            case ast.Constant(value=None):
                return NULL
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                return {"const": -value}
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return any_of([self._read(left), self._read(right)])
            case ast.Subscript():
                arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                return self._apply(_head(node), node, arguments)
            case ast.Name() | ast.Attribute():
                return self._read_name(ast.unparse(node))
            case _:
                raise NotUnderstoodError(type(node).__name__)

    def _apply(self, head: str, node: ast.Subscript, arguments: list[ast.expr]) -> Schema:
        if head == "[]":
            return {"type": "array", "items": self._vaguely(self._read(node.value))}
        if head in LISTS and len(arguments) == 1:
            return {"type": "array", "items": self._vaguely(self._read(arguments[0]))}
        if head in MAPS and arguments:
            return {"type": "object", "additionalProperties": self._vaguely(self._read(arguments[-1]))}
        if head in WRAPPERS and len(arguments) == 1 and self.exact:
            inner = self._read(arguments[0])
            return inner if head == "Optional" else any_of([inner, NULL])
        members = [self._read(argument) for argument in arguments]
        if head == "Union" or (head == "Literal" and all(one == NULL or "const" in one for one in members)):
            return any_of(members)
        raise NotUnderstoodError(head)

    def _read_name(self, name: str) -> Schema:
        """Return a simple type, or the type of a reference: a name that is linked, or stands in a namespace."""
        link = self.links.get(name, "")
        if name in WORDS:
            return WORDS[name]
        if (link and not link.startswith(("http://", "https://"))) or "." in name:
            return self.resolve(name, link)
        raise NotUnderstoodError(name)

    def _vaguely(self, schema: Schema) -> Schema:
        """Return *schema*, and null where the flavour has no way to say whether that is allowed."""
        container = schema.get("type") in ("array", "object")
        return perhaps_null(schema) if container or not self.exact else schema


def _head(node: ast.expr) -> str:
    """Return the name that a type begins with."""
    if isinstance(node, ast.Subscript):
        return "[]" if isinstance(node.slice, ast.Tuple) and not node.slice.elts else _head(node.value)
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


WORD: Final = re.compile(
    r"""[A-Z]+s(?![a-z])         # IDs
      | [A-Z]+\d+(?![a-z])       # B64 of B64JSON
      | [A-Z]+(?![a-z])          # BYOK of IsBYOK, HTTP of HTTPStatus
      | [A-Z]?[a-z]+\d+(?![a-z0-9])  # b64 of b64Json
      | \d+[a-z]*                # 1h of ephemeral1hInputTokens
      | [A-Z]?[a-z]+
    """,
    re.VERBOSE,
)


class WireNames(NamedTuple):
    """Rules for the names on the wire: a *convention*, or nothing if none was given, and *overrides* of it."""

    convention: str = ""
    overrides: Mapping[str, str] = {}

    def of(self, shown: str, *, exact: bool) -> tuple[str, bool]:
        """Return the name on the wire, and whether no other is possible; *exact* says that a flavour shows it.

        An SDK shows `inputTokens` where the wire has `input_tokens`, or perhaps `inputTokens`.
        """
        if shown in self.overrides or self.convention == "as_shown":
            return self.overrides.get(shown, shown), True
        if exact and not self.convention:
            return shown.removesuffix("_") or shown, True  # the underscore keeps `async_` from being a keyword
        name = to_snake_case(shown)
        return name, name == shown or (self.convention == "snake_case" and not re.search(r"\d", shown))


def parse_wire_names(given: str | Mapping[str, str] | None) -> WireNames:
    """Parse the rules that were asked for: a convention, a table of names, or nothing; raise `ValueError`."""
    table = {"*": given or ""} if given is None or isinstance(given, str) else {"*": "", **given}
    convention = table.pop("*")
    if convention not in ("", "snake_case", "as_shown"):
        raise ValueError(f"{convention!r} is no convention of wire names; there are snake_case and as_shown")
    return WireNames(convention, table)


def to_snake_case(shown: str) -> str:
    """Spell `ephemeral1hInputTokens` as `ephemeral_1h_input_tokens`, `b64Json` as `b64_json`, `IsBYOK` as `is_byok`."""
    head = shown[: len(shown) - len(shown.lstrip("_"))]
    if not re.fullmatch(r"\w+", shown, re.ASCII) or ("_" in shown.strip("_") and shown == shown.lower()):
        return shown
    return head + "_".join(WORD.findall(shown)).lower()
