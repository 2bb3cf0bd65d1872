"""One page of Markdown or MDX as data, as far as the grammar of these documents goes.

    page  := title text* example? body
    title := "# " name, or the title in the front matter
    body  := "## Fields" table | "## Values" block, list or table | "## Supported Types" ( "### `type`" )*

Anything else on a page is of no interest; a table of fields that is not what it seems is a located error. The parser of
Markdown finds the blocks; cells are split here, since it mends broken rows and drops the columns of what it read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from pytest_usage_contract.documents.library import INSTALL, DocumentError, MissingExtraError, Position, quote
from pytest_usage_contract.documents.type_cells import LONGEST_CELL

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

COLUMNS: Final = ("field", "type", "required", "description")
REQUIRED: Final = {":heavy_check_mark:": True, ":heavy_minus_sign:": False, "\u2714\ufe0f": True, "\u2796": False}
DEPRECATED: Final = re.compile(r"^:\s*warning:\s*\*\*\s*DEPRECATED\s*\*\*\s*:\s*")
OPEN_ENUM: Final = re.compile(r"open enum|Unrecognized<", re.IGNORECASE)
TEXT: Final = re.compile(r"""("|')([^"'\n]*)\1""")
TITLE: Final = re.compile(r"^title:[ \t]*(.*)$", re.MULTILINE)
PIPE: Final = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the field table; its type, in Markdown, stands at *place*."""

    name: str
    cell: str
    place: Position
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, the first line of it at *place*."""

    language: str
    text: str
    place: Position


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the *rows* of an object's field table, or an enum's *values*, or the types of a union's *members*."""

    title: str
    place: Position
    blocks: tuple[Block, ...]
    rows: tuple[Row, ...] | None = None
    values: tuple[str, ...] | None = None
    open_values: bool = False
    members: tuple[str, ...] | None = None


class Section(NamedTuple):
    """A heading, its line, and the blocks up to the next one."""

    level: int
    title: str
    line: int
    tokens: Sequence["Token"]


class Table(NamedTuple):
    """The names of the columns in small letters, and the rows, each cell with its place."""

    place: Position
    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, Position], ...], ...]


@cache
def markdown_parser() -> "MarkdownIt":
    """Return a parser of CommonMark with tables and strikethrough, in which HTML is text like any other."""
    try:
        module = import_module("markdown_it")
    except ImportError as failure:
        raise MissingExtraError(f"reading this document needs markdown-it-py: {INSTALL}") from failure
    parser = module.MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.core.ruler.disable(["inline"])  # cells and headings are read one by one, and no longer than is useful
    return cast("MarkdownIt", parser)


def read_inline(markdown: str) -> Sequence["Token"]:
    """Return the tokens of a heading or a cell; none of one that is too long, whose beginning may mislead."""
    tokens: list[Token] = []
    parser = markdown_parser()
    parser.inline.parse(markdown if len(markdown) <= LONGEST_CELL else "", parser, {}, tokens)
    return tokens


def parse_page(path: str, text: str) -> Page:
    """Parse the page at *path*; raise `DocumentError` if it documents no type."""
    title, body = _split_front_matter(text)
    lines, tokens = body.split("\n"), markdown_parser().parse(body)
    sections = [*_find_sections(tokens)]
    tables = [_split_table(path, lines, *token.map) for token in tokens if token.type == "table_open" and token.map]
    fields = [table for table in tables if table.header[:2] == COLUMNS[:2]]
    if len(fields) > 1:
        raise DocumentError(fields[1].place, "a second table of fields, where a page documents one object")
    rows = tuple(_read_rows(fields[0])) if fields else None
    values, members = _read_values(sections, tables), _read_members(sections)
    if rows is None and values is None and members is None:
        line = next((section.line for section in sections if section.title.lower() == "fields"), 1)
        raise DocumentError(
            Position(path, line, 1), f"no table of fields with the columns {', '.join(COLUMNS).title()}"
        )
    blocks = tuple(_find_blocks(path, tokens))
    title = next((_plain(section.title) for section in sections if section.level == 1), title)
    is_open = values is not None and bool(OPEN_ENUM.search(body))
    return Page(title, Position(path, 1, 1), blocks, rows, values, is_open, members)


def _split_front_matter(text: str) -> tuple[str, str]:
    """Return the title in the front matter, and the text with blank lines in its place."""
    end = text.find("\n---\n", 3) if text.startswith("---\n") else -1
    if end < 0:
        return "", text
    matter = text[: end + 5]
    found = TITLE.search(matter)
    return found[1].strip().strip("\"'") if found else "", "\n" * matter.count("\n") + text[len(matter) :]


def _find_sections(tokens: Sequence["Token"]) -> Iterator[Section]:
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in pairwise([*starts, len(tokens)]):
        head = tokens[start]
        line = (head.map or [0])[0] + 1
        yield Section(int(head.tag[1]), tokens[start + 1].content, line, tokens[start + 3 : end])


def _split_table(path: str, lines: Sequence[str], start: int, end: int) -> Table:
    header, rows = [*_split_cells(path, lines[start], start + 1)], []
    for number in range(start + 2, end):
        row = tuple(_split_cells(path, lines[number], number + 1))
        if len(row) != len(header):
            message = f"a row of {len(row)} cell{'s' * (len(row) != 1)} in a table of {len(header)} columns"
            raise DocumentError(Position(path, number + 1, 1), message)
        rows.append(row)
    return Table(Position(path, start + 1, 1), tuple(text.lower() for text, _ in header), tuple(rows))


def _split_cells(path: str, line: str, number: int) -> Iterator[tuple[str, Position]]:
    text = line.rstrip()
    bars = [found.start() for found in PIPE.finditer(text)]
    if not bars or text[: bars[0]].strip():
        bars = [-1, *bars]
    if bars[-1] != len(text) - 1:
        bars.append(len(text))
    for left, right in pairwise(bars):
        inside = text[left + 1 : right]
        column = left + 2 + len(inside) - len(inside.lstrip())
        yield inside.strip().replace("\\|", "|"), Position(path, number, column)


def _read_rows(table: Table) -> Iterator[Row]:
    if missing := [column for column in COLUMNS if column not in table.header]:
        raise DocumentError(table.place, f"the table of fields has no column {missing[0].capitalize()}")
    seen: set[str] = set()
    for cells in table.rows:
        by_column = dict(zip(table.header, cells, strict=True))
        (shown, name_at), (cell, at), (required, required_at), (meaning, _) = (by_column[key] for key in COLUMNS)
        name = _plain(shown)
        if not name or name in seen:
            raise DocumentError(name_at, f"the field {quote(name)} stands here twice" if name else "no field name")
        seen.add(name)
        if required not in REQUIRED:
            raise DocumentError(required_at, f"{quote(required)} says neither required nor optional")
        yield Row(name, cell, at, REQUIRED[required], _clean_meaning(meaning))


def _clean_meaning(cell: str) -> str:
    """Return the description in one line; `N/A` in a document says that there is none."""
    text = re.sub(r"<br ?/?>", " ", cell)
    text = re.sub(r"\\([\\{}<>|_*`\[\]])", r"\1", text)
    text = " ".join(DEPRECATED.sub("Deprecated: ", text).split())
    return "" if text == "N/A" else text


def _plain(markdown: str) -> str:
    """Return the text of a heading or a name without its markup."""
    return "".join(token.content for token in read_inline(markdown)).strip()


def _read_values(sections: Sequence[Section], tables: Sequence[Table]) -> tuple[str, ...] | None:
    """Read the values of an enum: in a block of code, in a list, or in a table of names and values."""
    section = next((section for section in sections if section.title.lower() == "values"), None)
    if section is None:
        return None
    cells = [cells[1][0].strip("`") for table in tables if table.header == ("name", "value") for cells in table.rows]
    texts = [cell if cell[:1] in ("'", '"') else f'"{cell}"' for cell in cells] or [
        token.content for token in section.tokens if token.type in ("fence", "inline")
    ]
    return tuple(found[2] for text in texts for found in TEXT.finditer(text))


def _read_members(sections: Sequence[Section]) -> tuple[str, ...] | None:
    """Read the types of a union, each a heading under `Supported Types`."""
    titles = [section.title.lower() for section in sections]
    if "supported types" not in titles:
        return None
    below = sections[titles.index("supported types") + 1 :]
    end = next((number for number, section in enumerate(below) if section.level <= 2), len(below))
    return tuple(section.title.replace("`", "") for section in below[:end])


def _find_blocks(path: str, tokens: Sequence["Token"]) -> Iterator[Block]:
    for token in tokens:
        if token.type == "fence" and token.info.strip():
            yield Block(token.info.split()[0].lower(), token.content, Position(path, (token.map or [0])[0] + 2, 1))
