"""Read a page of Markdown or MDX as far as the grammar of these documents goes.

    page  := title text* example? body
    title := "# " name, or the title in the front matter
    body  := "## Fields" table | "## Values" block, list or table | "## Supported Types" ( "### `type`" )*

Anything else on a page is of no interest; a table of fields that is not what it seems is a located error.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pytest_usage_contract.documents import parsers
from pytest_usage_contract.documents.document_files import DocumentError, Position, quote
from pytest_usage_contract.documents.page import Block, Page, Row, Table, find_tables
from pytest_usage_contract.documents.type_cells import LONGEST_CELL, Expression, NotUnderstoodError, parse_type_cell

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

REQUIRED: Final = {":heavy_check_mark:": True, ":heavy_minus_sign:": False, "\u2714\ufe0f": True, "\u2796": False}
DEPRECATED: Final = re.compile(r"^:\s*warning:\s*\*\*\s*DEPRECATED\s*\*\*\s*:\s*")
FIELD_COLUMNS: Final = ("field", "type", "required", "description")
OPEN_ENUM: Final = re.compile(r"open enum|Unrecognized<", re.IGNORECASE)
STRING_LITERAL: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
FRONT_MATTER: Final = re.compile(r"\A---\n(.*?\n)---(?:\n|\Z)", re.DOTALL)


def read_page(path: str, text: str) -> Page:
    """Read the page at *path*; raise `DocumentError` if it documents no type."""
    parser = parsers.markdown_parser()
    title, body = _split_front_matter(path, text)
    tokens = parser.parse(body)
    sections = [*_find_sections(tokens)]
    heads = [content for level, content, _, _ in sections if level == 1]
    place = Position(path)
    found = find_tables(path, body.split("\n"), tokens)
    fields = [table for table in found if table.header[:2] == ("field", "type")]
    if len(fields) > 1:
        raise DocumentError(fields[1].place, "a second table of fields, where a page documents one object")
    rows = tuple(_read_rows(parser, fields[0])) if fields else None
    values = _read_values(sections, [table for table in found if table.header == ("name", "value")])
    alternatives = _read_alternatives(parser, path, sections)
    if rows is None and values is None and alternatives is None:
        where = next((at for _, content, at, _ in sections if content.lower() == "fields"), 1)
        raise DocumentError(
            Position(path, where), "no table of fields with the columns Field, Type, Required, Description"
        )
    return Page(
        title=_strip_markdown(parser, heads[0] if heads else title),
        place=place,
        rows=rows,
        values=values,
        open_values=values is not None and bool(OPEN_ENUM.search(body)),
        alternatives=alternatives,
        examples=tuple(_find_blocks(path, tokens)) if rows is not None else (),
    )


def _split_front_matter(path: str, text: str) -> tuple[str, str]:
    """Return the title in the front matter, if there is any, and the text with blank lines in its place."""
    found = FRONT_MATTER.match(text)
    if found is None:
        return "", text
    yaml = parsers.yaml_parser()
    try:
        matter = yaml.safe_load(found[1])
    except yaml.YAMLError:
        raise DocumentError(Position(path), "the front matter is not YAML") from None
    title = matter.get("title", "") if isinstance(matter, dict) else ""
    return str(title), "\n" * found[0].count("\n") + text[found.end() :]


Section = tuple[int, str, int, Sequence["Token"]]
"""A heading's level, its content and line, and the tokens up to the next heading."""


def _find_sections(tokens: Sequence["Token"]) -> Iterator[Section]:
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in pairwise([*starts, len(tokens)]):
        head, inline = tokens[start], tokens[start + 1]
        yield int(head.tag[1]), inline.content, (head.map or [0])[0] + 1, tokens[start + 3 : end]


def _read_rows(parser: "MarkdownIt", table: Table) -> Iterator[Row]:
    if missing := [column for column in FIELD_COLUMNS if column not in table.header]:
        raise DocumentError(table.place, f"the table of fields has no column {missing[0].capitalize()}")
    seen: set[str] = set()
    for cells in table.rows:
        by_column = dict(zip(table.header, cells, strict=True))
        (name, name_at), (cell, at), (required, required_at), (meaning, _) = (by_column[key] for key in FIELD_COLUMNS)
        plain = _strip_markdown(parser, name)
        if not plain or plain in seen:
            raise DocumentError(name_at, f"the field {quote(plain)} stands here twice" if plain else "no field name")
        seen.add(plain)
        if required not in REQUIRED:
            raise DocumentError(required_at, f"{quote(required)} says neither required nor optional")
        yield Row(plain, _read_type(parser, cell, at), cell, at, REQUIRED[required], _clean_meaning(meaning))


def _read_type(parser: "MarkdownIt", cell: str, at: Position) -> Expression:
    try:
        # Of a cell that is too long no part is read: what its beginning says may not be what it says.
        return parse_type_cell(parser.parseInline(cell if len(cell) <= LONGEST_CELL else "")[0].children or ())
    except NotUnderstoodError:
        raise DocumentError(at, f"type cell {quote(cell)} is not understood") from None


def _clean_meaning(cell: str) -> str:
    """Return the description in one line; `N/A` in a document says that there is none."""
    text = re.sub(r"<br\s*/?>", " ", cell)
    text = re.sub(r"\\([\\{}<>|_*`\[\]])", r"\1", text)
    text = " ".join(DEPRECATED.sub("Deprecated: ", text).split())
    return "" if text == "N/A" else text


def _strip_markdown(parser: "MarkdownIt", markdown: str) -> str:
    """Return the text of a heading or a name without its markup."""
    children = parser.parseInline(markdown)[0].children or ()
    return "".join(token.content for token in children).strip()


def _read_values(sections: Sequence[Section], listed: Sequence[Table]) -> tuple[str, ...] | None:
    """Read the values of an enum: in a block of code, in a list, or in a table of names and values."""
    for _, content, _, tokens in sections:
        if content.lower() != "values":
            continue
        texts = [token.content for token in tokens if token.type in {"fence", "inline"}]
        if listed:
            texts = [
                cells[1][0] if cells[1][0].strip("`")[:1] in "\"'" else f'"{cells[1][0].strip("`")}"'
                for table in listed
                for cells in table.rows
            ]
        return tuple(str(ast.literal_eval(found)) for text in texts for found in STRING_LITERAL.findall(text))
    return None


def _read_alternatives(parser: "MarkdownIt", path: str, sections: Sequence[Section]) -> tuple[Expression, ...] | None:
    """Read the types of a union, each a heading under `Supported Types`."""
    names = [content.lower() for _, content, _, _ in sections]
    if "supported types" not in names:
        return None
    start = names.index("supported types") + 1
    found = []
    for level, content, line, _ in sections[start:]:
        if level <= 2:
            break
        found.append(_read_type(parser, content.replace("`", ""), Position(path, line, 5)))
    return tuple(found)


def _find_blocks(path: str, tokens: Sequence["Token"]) -> Iterator[Block]:
    for token in tokens:
        if token.type == "fence" and token.info.strip():
            yield Block(token.info.split()[0].lower(), token.content, Position(path, (token.map or [0])[0] + 2))
