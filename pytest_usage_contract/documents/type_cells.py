"""The grammar of type cells, the same for all flavours: a name and what it is applied to.

    cell    := part ( "|" part )*
    part    := ( "*" | "?" | "[]" )* name ( open cell ( "," cell )* close )? part? "[]"*
    name    := word | literal | ""

`map[string]any`, Go's, is a name applied to two cells. What the names mean stands in `flavours`.
A cell is Markdown, so emphasis and code are only its dress; the target of a link stays with the names in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it.token import Token

LONGEST_CELL: Final = 4_000
DEEPEST_CELL: Final = 20
"""Characters and brackets of a cell that is read; the documents stay far below."""

LEXEME: Final = re.compile(
    r"""(?P<list>\[\s*\]) | (?P<literal>"[^"]*"|'[^']*'|-?\d+(?:\.\d+)?)
      | (?P<word>\.\.\.|[\w:$@.\\]*\w) | (?P<mark>[][<>(),|*?{}]) | (?P<other>\S)""",
    re.VERBOSE,
)

BRACKET_PAIRS: Final = {"[": "]", "<": ">", "(": ")"}


class NotUnderstoodError(ValueError):
    """A cell that does not follow the grammar."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    kind: str
    text: str
    link: str = ""
    code: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A *head* applied to *args* in brackets; *link* is where the head is documented, *code* its dress.

    The heads `|`, `[]`, `*` and `?` stand for union, list and the two prefixes; a literal keeps its quotes.
    """

    head: str
    args: tuple["Expression", ...] = ()
    link: str = ""
    code: bool = False
    bracket: str = ""

    @property
    def literal(self) -> bool:
        """The head is a literal."""
        return self.head[:1] in "\"'-0123456789" and bool(self.head)


def split_lexemes(tokens: Sequence["Token"]) -> Iterator[Lexeme]:
    """Yield the words and marks in the inline *tokens* of a cell, each with the link around it."""
    link = ""
    for token in tokens:
        if token.type == "link_open":
            link = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            link = ""
        elif token.type in {"text", "code_inline", "text_special"}:
            for found in LEXEME.finditer(token.content):
                yield Lexeme(str(found.lastgroup), found[0], link, token.type == "code_inline")
        elif token.type not in {"em_open", "em_close", "softbreak"}:
            raise NotUnderstoodError(token.type)


def parse_type_cell(tokens: Sequence["Token"]) -> Expression:
    """Parse the expression in a cell; raise `NotUnderstoodError` if it does not follow the grammar."""
    reader = _CellReader([*split_lexemes(tokens)])
    expression = reader.read_union(0)
    if reader.rest:
        raise NotUnderstoodError(reader.rest[-1].text)
    return expression


class _CellReader:
    """Takes lexemes from the left; *rest* has them reversed."""

    def __init__(self, found: list[Lexeme]) -> None:
        self.rest = found[::-1]

    def _next_is(self, *texts: str) -> bool:
        return bool(self.rest) and self.rest[-1].text in texts and self.rest[-1].kind in {"mark", "list"}

    def read_union(self, depth: int) -> Expression:
        parts = [self.read_part(depth)]
        while self._next_is("|"):
            self.rest.pop()
            parts.append(self.read_part(depth))
        return parts[0] if len(parts) == 1 else Expression("|", tuple(parts))

    def read_part(self, depth: int) -> Expression:
        if depth > DEEPEST_CELL:
            raise NotUnderstoodError("nested too deeply")
        if self.rest and self.rest[-1].kind == "list":
            self.rest.pop()
            return Expression("[]", (self.read_part(depth + 1),))
        if self._next_is("*", "?"):
            head = self.rest.pop().text
            if head == "?" and self.rest and self.rest[-1].text == "extends":  # Java's wildcard
                self.rest.pop()
            return Expression(head, (self.read_part(depth + 1),))
        expression = self.read_application(depth)
        while self.rest and self.rest[-1].kind == "list":
            self.rest.pop()
            expression = Expression("[]", (expression,))
        return expression

    def read_application(self, depth: int) -> Expression:
        if self._next_is("("):
            inner = self.read_arguments(depth)
            if len(inner) > 1:
                raise NotUnderstoodError(",")
            return inner[0]
        if not self.rest or self.rest[-1].kind not in {"word", "literal"}:
            raise NotUnderstoodError(self.rest[-1].text if self.rest else "nothing")
        name = self.rest.pop()
        bracket = self.rest[-1].text if self._next_is(*BRACKET_PAIRS) and name.kind == "word" else ""
        args = self.read_arguments(depth) if bracket else ()
        if name.text == "map" and len(args) == 1:
            args = (*args, self.read_part(depth + 1))
        return Expression(name.text, args, name.link, name.code, bracket)

    def read_arguments(self, depth: int) -> tuple[Expression, ...]:
        close = BRACKET_PAIRS[self.rest.pop().text]
        args = [self.read_union(depth + 1)]
        while self._next_is(","):
            self.rest.pop()
            args.append(self.read_union(depth + 1))
        if not self._next_is(close):
            raise NotUnderstoodError(self.rest[-1].text if self.rest else "no closing bracket")
        self.rest.pop()
        return tuple(args)
