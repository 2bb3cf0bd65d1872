"""The code on a page: types in the languages of TypeScript and Python SDKs, and the literal of the example.

Once Markdown's dress is off, `Record<string, A | B[]>` and `Dict[str, Optional[A]]` are expressions in Python's
grammar, but for the brackets of the former; an object literal of TypeScript is a flow mapping of YAML.
"""

import ast
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_usage_contract.core.usage_schema import NULL, Schema, any_of, mark_unknown
from pytest_usage_contract.documents.document_files import Remarks, import_parser, locate_mark
from pytest_usage_contract.documents.markdown_page import Block

if TYPE_CHECKING:
    from markdown_it.token import Token

AS_PYTHON: Final = str.maketrans("<>", "[]")
NAME: Final = re.compile(r"\w+(?:\.\w+)*")

LISTS: Final = {"[]", "List", "list", "Array", "Sequence", "Iterable"}
MAPS: Final = {"Record", "Dict", "dict", "Map", "Mapping"}
WRAPPERS: Final = {"Optional", "Nullable", "OptionalNullable"}

# Neither runs on over lines: each line is looked at once.
ASSIGNED: Final = re.compile(r"^(?:export )?(?:let|const|var)[ \t]+\w+[ \t]*(?::[^=\n]*)?=", re.MULTILINE)
IMPORTED: Final = re.compile(r"""\bfrom[ \t]+["']((?:@[\w.-]+/)?[\w.-]+)""")

LONGEST_EXAMPLE: Final = 16 * 1024
DEEPEST_EXAMPLE: Final = 50
"""Characters of an example that are read, and brackets inside one another."""

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
            schema = {} if (read := self._read(node)) == NULL else read  # null alone tells no type
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
        """Return *schema*, and null where the language has no way to say whether that is allowed."""
        container = schema.get("type") in ("array", "object")
        return perhaps_null(schema) if container or not self.exact else schema


def _head(node: ast.expr) -> str:
    """Return the name that a type begins with."""
    if isinstance(node, ast.Subscript):
        return "[]" if isinstance(node.slice, ast.Tuple) and not node.slice.elts else _head(node.value)
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def find_package(blocks: Sequence[Block]) -> str:
    """Return the package that an example imports from, or an empty text."""
    found = (IMPORTED.search(block.text) for block in blocks)
    return next((one[1] for one in found if one), "")


def read_example(blocks: Sequence[Block], remarks: Remarks) -> dict[str, Any] | None:
    """Return the object that is shown first, in its own spelling; None, with a remark, where it cannot be read."""
    blocks = [block for block in blocks if block.language == "json" or ASSIGNED.search(block.text)]
    if not blocks:
        return None
    yaml: Any = import_parser("yaml", "PyYAML")
    block, start = blocks[0], ASSIGNED.search(blocks[0].text)
    before = block.text[: start.end()] if start else ""
    # Blanks in the place of what stands before keep the marks where they are.
    text = re.sub(r"[^\n]", " ", before) + block.text[len(before) : LONGEST_EXAMPLE]
    try:
        value = _read_value(yaml, _compose(yaml, text))
    except (yaml.YAMLError, RecursionError) as fault:
        place = locate_mark(block.place, getattr(fault, "problem_mark", None))
        remarks.add(place, "the example is not understood: it is left out")
        return None
    if not isinstance(value, dict):
        remarks.add(block.place, "the example is no object: it is left out")
        return None
    return value


def _compose(yaml: Any, text: str) -> Any:
    """Return the node that *text* begins with, whatever comes after it."""
    loader = yaml.SafeLoader(text)
    depths = accumulate((char in "[{") - (char in "]}") for char in text)
    if max(depths, default=0) > DEEPEST_EXAMPLE or not loader.check_node():
        raise yaml.YAMLError
    loader.get_event()  # the start of the document
    node = loader.compose_node(None, None)
    return node if not loader.anchors else _refuse(yaml, node)


def _read_value(yaml: Any, node: Any) -> Any:
    """Return the value of a mapping, a list or a scalar that is written as in JavaScript."""
    if node.id == "sequence" and node.flow_style:
        return [_read_value(yaml, item) for item in node.value]
    if node.id == "mapping" and node.flow_style and all(key.id == "scalar" for key, _ in node.value):
        return {key.value: _read_value(yaml, value) for key, value in node.value}
    if node.id == "scalar" and node.style in ("'", '"'):
        return node.value
    try:
        value = json.loads(node.value)
    except (TypeError, ValueError):
        return _refuse(yaml, node)
    return value if not isinstance(value, float) or math.isfinite(value) else _refuse(yaml, node)


def _refuse(yaml: Any, node: Any) -> Any:
    raise yaml.MarkedYAMLError(problem_mark=node.start_mark)
