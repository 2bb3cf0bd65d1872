"""The example on a page: the object literal that a TypeScript document assigns, or plain JSON.

The literal is read by the parser of YAML, whose flow mappings are written alike; its values are read as JSON has them.
"""

import json
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from pytest_usage_contract.documents.data_files import import_yaml
from pytest_usage_contract.documents.library import Position, Remarks
from pytest_usage_contract.documents.markdown_page import Block, Page

# Neither runs on over lines: each line is looked at once.
ASSIGNED: Final = re.compile(r"^(?:export )?(?:let|const|var)[ \t]+\w+[ \t]*(?::[^=\n]*)?=", re.MULTILINE)
IMPORTED: Final = re.compile(r"""\bfrom[ \t]+["']((?:@[\w.-]+/)?[\w.-]+)""")
DATE: Final = re.compile(r'new Date\("([^"]*)"\)')
NAME: Final = re.compile(r"[\w$]+")
DEEPEST: Final = 50


class _NotReadError(ValueError):
    """A literal, or the part of one at *mark*, is none of JSON's values."""

    def __init__(self, mark: Any) -> None:
        super().__init__()
        self.mark = mark


def find_package(page: Page) -> str:
    """Return the package that the example imports from, or an empty text."""
    found = (IMPORTED.search(block.text) for block in page.blocks)
    return next((one[1] for one in found if one), "")


def read_example(page: Page, remarks: Remarks) -> dict[str, Any] | None:
    """Return the object that the page shows, in its own spelling; None, with a remark, where it cannot be read."""
    for block in page.blocks:
        start = ASSIGNED.search(block.text)
        if start is not None or block.language == "json":
            try:
                value = _read_literal(block.text[start.end() if start else 0 :])
            except _NotReadError as fault:
                place = _locate(block, start.end() if start else 0, fault.mark)
                remarks.add(place, "the example is not understood: it is left out")
                return None
            if isinstance(value, dict):
                return value
            remarks.add(block.place, "the example is no object: it is left out")
            return None
    return None


def _locate(block: Block, start: int, mark: Any) -> Position:
    before = block.text[:start]
    column = mark.column + (len(before) - (before.rfind("\n") + 1) if mark.line == 0 else 0) + 1
    return Position(block.place.path, block.place.line + before.count("\n") + mark.line, column)


def _read_literal(text: str) -> Any:
    """Return the value that *text* begins with."""
    yaml = import_yaml()
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        found = (event for event in events if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent))
        return _read_value(next(found), found, yaml, 0)
    except yaml.MarkedYAMLError as fault:
        raise _NotReadError(fault.problem_mark) from None
    except yaml.YAMLError:  # a character that YAML does not know
        raise _NotReadError(yaml.Mark("", 0, 0, 0, None, 0)) from None


def _read_value(event: Any, events: Iterator[Any], yaml: Any, depth: int) -> Any:
    if depth > DEEPEST or getattr(event, "anchor", None) or getattr(event, "tag", None):
        raise _NotReadError(event.start_mark)
    if isinstance(event, yaml.ScalarEvent):
        return _read_scalar(event)
    if isinstance(event, yaml.SequenceStartEvent) and event.flow_style:
        return [_read_value(item, events, yaml, depth + 1) for item in _up_to(events, yaml.SequenceEndEvent)]
    if isinstance(event, yaml.MappingStartEvent) and event.flow_style:
        read: dict[str, Any] = {}
        for key in _up_to(events, yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent) or not (key.style or NAME.fullmatch(key.value)):
                raise _NotReadError(key.start_mark)
            read[key.value] = _read_value(next(events), events, yaml, depth + 1)
        return read
    raise _NotReadError(event.start_mark)


def _up_to(events: Iterator[Any], end: type) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _read_scalar(event: Any) -> Any:
    if event.style in ('"', "'"):
        return event.value
    if date := DATE.fullmatch(event.value):
        return date[1]
    with suppress(ValueError):
        value = json.loads(event.value)
        if not isinstance(value, float) or math.isfinite(value):
            return value
    raise _NotReadError(event.start_mark)
