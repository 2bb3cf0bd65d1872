"""The example on a page: the object literal that a TypeScript document assigns, or plain JSON.

The literal is read by the parser of YAML, whose flow mappings are written alike; its values are read as JSON has them.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Final

from pytest_usage_contract.documents.markdown_page import Block
from pytest_usage_contract.documents.sources import Position, Remarks, import_parser

# Neither runs on over lines: each line is looked at once.
ASSIGNED: Final = re.compile(r"^(?:export )?(?:let|const|var)[ \t]+\w+[ \t]*(?::[^=\n]*)?=", re.MULTILINE)
IMPORTED: Final = re.compile(r"""\bfrom[ \t]+["']((?:@[\w.-]+/)?[\w.-]+)""")

LONGEST_EXAMPLE: Final = 64 * 1024
"""Characters of an example that are read."""


def find_package(blocks: Sequence[Block]) -> str:
    """Return the package that an example imports from, or an empty text."""
    found = (IMPORTED.search(block.text) for block in blocks)
    return next((one[1] for one in found if one), "")


def read_example(blocks: Sequence[Block], remarks: Remarks) -> dict[str, Any] | None:
    """Return the object that is shown first, in its own spelling; None, with a remark, where it cannot be read."""
    shown = ((block, ASSIGNED.search(block.text)) for block in blocks)
    block, start = next(((block, start) for block, start in shown if start or block.language == "json"), (None, None))
    if block is None:
        return None
    yaml: Any = import_parser("yaml", "PyYAML")
    before = block.text[: start.end()] if start else ""
    # Blanks in the place of what stands before keep the marks where they are.
    text = re.sub(r"[^\n]", " ", before) + block.text[len(before) : LONGEST_EXAMPLE]
    try:
        loader = yaml.SafeLoader(text)
        while loader.check_event(yaml.StreamStartEvent, yaml.DocumentStartEvent):
            loader.get_event()
        node = loader.compose_node(None, None)  # this alone, whatever comes after it
        value = _read_value(yaml, node) if not loader.anchors else _refuse(yaml, node)
    except (yaml.YAMLError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        line, column = (mark.line, mark.column) if mark else (0, 0)
        place = Position(block.place.path, block.place.line + line, column + 1)
        remarks.add(place, "the example is not understood: it is left out")
        return None
    if not isinstance(value, dict):
        remarks.add(block.place, "the example is no object: it is left out")
        return None
    return value


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
