"""One page of Markdown or MDX as data, as far as the grammar of these documents goes.

    page  := title text* example? body
    title := "# " name, or the title in the front matter
    body  := "## Fields" table | "## Values" block, list or table | "## Supported Types" ( "### `type`" )*

Anything else on a page is of no interest; a table of fields that is not what it seems is a located error.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_usage_contract.documents.document_files import DocumentError, Position, import_parser, quote

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

COLUMNS: Final = ("field", "type", "required", "description")
REQUIRED: Final = {":heavy_check_mark:": True, ":heavy_minus_sign:": False, "\u2714\ufe0f": True, "\u2796": False}
DEPRECATED: Final = re.compile(r"^:\s*warning:\s*\*\*\s*DEPRECATED\s*\*\*\s*:\s*")
OPEN_ENUM: Final = re.compile(r"open enum|Unrecognized<", re.IGNORECASE)
TEXT: Final = re.compile(r"""("|')([^"'\n]*)\1""")
TITLE: Final = re.compile(r"^title:[ \t]*(.*)$", re.MULTILINE)

LONGEST_INLINE: Final = 4_000
"""Characters of a heading or a cell that are read; the documents stay far below."""


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


@dataclass(slots=True)
class Page:
    """A page: the *rows* of an object's field table, or an enum's *values*, or the types of a union's *members*."""

    title: str
    place: Position
    blocks: list[Block] = field(default_factory=list)
    rows: list[Row] | None = None
    values: list[str] | None = None
    members: list[str] | None = None


Table = list[tuple[int, list[str]]]
"""The lines of a table, the header first: the number of each, from 1, and its cells."""


@cache
def markdown_parser() -> "MarkdownIt":
    """Return a parser of CommonMark with tables and strikethrough, in which HTML is text like any other."""
    module: Any = import_parser("markdown_it", "markdown-it-py")
    parser = module.MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.core.ruler.disable(["inline"])  # cells and headings are read one by one, and no longer than is useful
    return cast("MarkdownIt", parser)


def read_inline(markdown: str) -> Sequence["Token"]:
    """Return the tokens of a heading or a cell; none of one that is too long, whose beginning may mislead."""
    tokens: list[Token] = []
    parser = markdown_parser()
    parser.inline.parse(markdown if len(markdown) <= LONGEST_INLINE else "", parser, {}, tokens)
    return tokens


def parse_page(path: str, text: str) -> Page:
    """Parse the page at *path*; raise `DocumentError` if it documents no type."""
    title, body = _split_front_matter(text)
    page = Page(title, Position(path, 1, 1))
    tokens = markdown_parser().parse(body)
    fields_at = _read_sections(page, tokens)
    tables = [*_find_tables(tokens)]
    headers = [tuple(cell.lower() for cell in table[0][1]) for table in tables]
    fields = [number for number, header in enumerate(headers) if header[:2] == COLUMNS[:2]]
    if len(fields) > 1:
        place = Position(path, tables[fields[1]][0][0], 1)
        raise DocumentError(place, "a second table of fields, where a page documents one object")
    if fields:
        page.rows = [*_read_rows(path, body.split("\n"), tables[fields[0]])]
    elif page.values is None and page.members is None:
        columns = ", ".join(COLUMNS).title()
        raise DocumentError(Position(path, fields_at, 1), f"no table of fields with the columns {columns}")
    named = [
        row[1].strip("`'\"")
        for table, header in zip(tables, headers, strict=True)
        if header == ("name", "value")
        for _, row in table[1:]
    ]
    if page.values is not None:
        page.values = [] if OPEN_ENUM.search(body) else named or page.values
    return page


def _split_front_matter(text: str) -> tuple[str, str]:
    """Return the title in the front matter, and the text with blank lines in its place."""
    end = text.find("\n---\n", 3) if text.startswith("---\n") else -1
    if end < 0:
        return "", text
    matter = text[: end + 5]
    found = TITLE.search(matter)
    return found[1].strip().strip("\"'") if found else "", "\n" * matter.count("\n") + text[len(matter) :]


def _read_sections(page: Page, tokens: Sequence["Token"]) -> int:
    """Fill a page with all but its table of fields, and return the line at which that is looked for."""
    section, fields_at, titled = "", 1, False
    for token, inner in zip(tokens, [*tokens[1:], *tokens[-1:]], strict=True):
        line = token.map[0] + 1 if token.map else 0
        level = int(token.tag[1]) if token.type == "heading_open" else 0
        if level > 2 and page.members is not None and section == "supported types":
            page.members.append(inner.content.replace("`", ""))
        elif 0 < level <= 2:
            if token.tag == "h1" and not titled:
                page.title, titled = _plain(inner.content), True
            section = inner.content.lower()
            fields_at = line if section == "fields" else fields_at
            page.values = [] if section == "values" else page.values
            page.members = [] if section == "supported types" else page.members
        elif token.type == "fence" and token.info.strip():
            page.blocks.append(
                Block(token.info.split()[0].lower(), token.content, Position(page.place.path, line + 1, 1))
            )
        if page.values is not None and section == "values" and token.type in ("fence", "inline"):
            page.values += [found[2] for found in TEXT.finditer(token.content)]
    return fields_at


def _find_tables(tokens: Sequence["Token"]) -> Iterator[Table]:
    lines: Table = []
    for token in tokens:
        if token.type == "tr_open":
            lines.append(((token.map or [0])[0] + 1, []))
        elif token.type == "inline" and lines:
            lines[-1][1].append(token.content)
        elif token.type == "table_close":
            yield lines
            lines = []


def _read_rows(path: str, lines: Sequence[str], table: Table) -> Iterator[Row]:
    header = [cell.lower() for cell in table[0][1]]
    if missing := [column for column in COLUMNS if column not in header]:
        place = Position(path, table[0][0], 1)
        raise DocumentError(place, f"the table of fields has no column {missing[0].capitalize()}")
    seen: set[str] = set()
    for number, cells in table[1:]:
        shown, cell, required, meaning = (cells[header.index(column)] for column in COLUMNS)
        name = _plain(shown)
        # A cell is a part of its line, but for the pipes that are escaped there.
        columns = [max(lines[number - 1].find(one.partition("|")[0]), 0) + 1 for one in (shown, cell, required)]
        name_at, type_at, required_at = (Position(path, number, column) for column in columns)
        if not name or name in seen:
            raise DocumentError(name_at, f"the field {quote(name)} stands here twice" if name else "no field name")
        seen.add(name)
        if required not in REQUIRED:
            raise DocumentError(required_at, f"{quote(required)} says neither required nor optional")
        yield Row(name, cell, type_at, REQUIRED[required], _clean_meaning(meaning))


def _clean_meaning(cell: str) -> str:
    """Return the description in one line; `N/A` in a document says that there is none."""
    text = re.sub(r"<br ?/?>", " ", cell)
    text = re.sub(r"\\([\\{}<>|_*`\[\]])", r"\1", text)
    text = " ".join(DEPRECATED.sub("Deprecated: ", text).split())
    return "" if text == "N/A" else text


def _plain(markdown: str) -> str:
    """Return the text of a heading or a name without its markup."""
    return "".join(token.content for token in read_inline(markdown)).strip()
