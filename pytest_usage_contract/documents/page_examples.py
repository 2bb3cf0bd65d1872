"""Read the example on a page: the object literal that a TypeScript document assigns, or plain JSON."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from pytest_usage_contract.documents.document_files import DocumentError, Position, Remark
from pytest_usage_contract.documents.page import Block, Page
from pytest_usage_contract.documents.terms import (
    Either,
    ListOf,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    OrNull,
    Simple,
    Term,
)

ASSIGNMENT: Final = re.compile(r"^(?:let|const|var)\s+\w+\s*(?::[^=]*)?=\s*", re.MULTILINE)
IMPORT_LINE: Final = re.compile(r"""^import\s[^"';]*\sfrom\s+["']((?:@[\w.-]+/)?[\w.-]+)[^"']*["']""", re.MULTILINE)
LITERAL_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<mark>[{}\[\],:]) | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?) | new\s+Date\((?P<date>"[^"]*")\) | (?P<word>[\w$]+))""",
    re.VERBOSE,
)
LITERAL_WORDS: Final = {"true": True, "false": False, "null": None}
DEEPEST_LITERAL: Final = 50

Item = TypeVar("Item")


def find_package(page: Page) -> str:
    """Return the package that the example imports from, or an empty text."""
    for block in page.examples:
        if found := IMPORT_LINE.search(block.text):
            return found[1]
    return ""


def read_example(page: Page) -> tuple[dict[str, object] | None, Remark | None]:
    """Return the object that the page shows, in its own spelling, or a remark why it could not be read."""
    for block in page.examples:
        start = ASSIGNMENT.search(block.text)
        if start is None and block.language != "json":
            continue
        try:
            value = _LiteralReader(block, start.end() if start else 0).read_value(0)
        except DocumentError as fault:
            return None, Remark(fault.place, fault.message)
        if isinstance(value, dict):
            return value, None
        return None, Remark(block.place, "the example is no object: it is left out")
    return None, None


class _LiteralReader:
    """Reads one literal out of a block of code."""

    def __init__(self, block: Block, start: int) -> None:
        self.block, self.at = block, start

    def locate_fault(self) -> DocumentError:
        before = self.block.text[: self.at]
        line = self.block.place.line + before.count("\n")
        column = self.at - (before.rfind("\n") + 1) + 1
        place = Position(self.block.place.path, line, column)
        return DocumentError(place, "the example is not understood: it is left out")

    def take_token(self) -> tuple[str, str]:
        found = LITERAL_TOKEN.match(self.block.text, self.at)
        if found is None:
            raise self.locate_fault()
        self.at = found.end()
        kind = str(found.lastgroup)
        return kind, found[kind]

    def read_value(self, depth: int) -> object:
        kind, text = self.take_token()
        if depth > DEEPEST_LITERAL:
            raise self.locate_fault()
        match kind, text:
            case "mark", "{":
                return dict(self._read_members(depth))
            case "mark", "[":
                return [*self._read_items("]", lambda: self.read_value(depth + 1))]
            case (("text" | "date"), _):
                return self._unquote(text)
            case "number", _:
                return json.loads(text)
            case "word", ("true" | "false" | "null"):
                return LITERAL_WORDS[text]
            case _:
                raise self.locate_fault()

    def _unquote(self, text: str) -> str:
        plain = text[1:-1].replace('"', '\\"') if text[0] == "'" else text[1:-1]
        try:
            return str(json.loads(f'"{plain}"', strict=False))
        except ValueError:
            raise self.locate_fault() from None

    def _read_items(self, close: str, item: Callable[[], Item]) -> Iterator[Item]:
        """Yield the items between commas up to the mark *close*; the last comma may be followed by nothing."""
        while True:
            before = self.at
            if self.take_token() == ("mark", close):
                return
            self.at = before
            yield item()
            before = self.at
            if self.take_token() != ("mark", ","):
                self.at = before
                if self.take_token() != ("mark", close):
                    raise self.locate_fault()
                return

    def _read_members(self, depth: int) -> Iterator[tuple[str, object]]:
        def member() -> tuple[str, object]:
            kind, name = self.take_token()
            if kind not in {"word", "text", "number"} or self.take_token() != ("mark", ":"):
                raise self.locate_fault()
            return self._unquote(name) if kind == "text" else name, self.read_value(depth + 1)

        yield from self._read_items("}", member)


def respell_example(example: object, term: Term, name_of: Callable[[str], str]) -> object:
    """Return an example in wire names; the names of a map are data, and stay."""
    match term, example:
        case OrNull(inner), _:
            return respell_example(example, inner, name_of)
        case Nested(model), dict():
            terms = {entry.name: entry.term for entry in model.entries}
            named = ((name_of(name), value) for name, value in example.items())
            return {name: respell_example(value, terms.get(name, Simple("unread")), name_of) for name, value in named}
        case Simple("some object" | "unread"), dict():
            return {name_of(name): respell_example(value, term, name_of) for name, value in example.items()}
        case MapOf(value), dict():
            return {name: respell_example(inner, value, name_of) for name, inner in example.items()}
        case ListOf(item), list():
            return [respell_example(inner, item, name_of) for inner in example]
        case Either(members), _:
            objects = [member for member in members if isinstance(member, Nested)]
            return respell_example(example, objects[0], name_of) if objects else example
        case _:
            return example


def refine_by_example(model: Model, example: dict[str, object]) -> Model:
    """Return *model* with those fields as objects of unknown fields that the *example* shows as objects."""
    entries = (
        ModelEntry(entry.name, _refine_term(entry.term, example.get(entry.name)), entry.required, entry.meaning)
        for entry in model.entries
    )
    return Model(model.name, tuple(entries))


def _refine_term(term: Term, shown: object) -> Term:
    match term:
        case OrNull(inner, sure):
            return OrNull(_refine_term(inner, shown), sure)
        case Simple("unread") if isinstance(shown, dict):
            return Simple("some object")
        case Nested(model) if isinstance(shown, dict):
            return Nested(refine_by_example(model, shown))
        case _:
            return term
