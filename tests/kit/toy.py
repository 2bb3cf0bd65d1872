"""One contract that has everything a contract can have: the core is tested with it, and with no provider's.

`TOY` is `toy/chat`: required, optional and nullable counts, nested objects, a list, a map, a text, every accounting
rule, a stream. `KEPT` is a usage that keeps it and has every field; `changed` and `camel` make others of it.
"""

import copy
from collections.abc import Mapping

from pytest_usage_contract import (
    ABSENT,
    Beside,
    Contract,
    Count,
    Endpoint,
    MayBeAbsent,
    Part,
    Source,
    Total,
    Usage,
    Whole,
)
from pytest_usage_contract.core.contract import Framing


class InputDetails(Usage):
    text_tokens: Count
    """Tokens of the input that are text."""
    image_tokens: Count
    """Tokens of the input that are images."""
    cached_tokens: MayBeAbsent[Count | None] = ABSENT
    """Tokens of the input that were read from a cache."""


class OutputDetails(Usage):
    reasoning_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens of the output that the model spent on reasoning."""


class Line(Usage):
    model: str
    """The model that answered."""
    tokens: Count
    """What it took."""


class ToyUsage(Usage):
    input_tokens: Count
    """Tokens in the input."""
    input_details: InputDetails
    """What the input consists of."""
    output_tokens: Count
    """Tokens in the output."""
    output_details: MayBeAbsent[OutputDetails | None] = ABSENT
    """What the output consists of."""
    tool_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens of tools, which the input does not hold."""
    total_tokens: Count
    """Tokens of input and output together."""
    lines: MayBeAbsent[list[Line]] = ABSENT
    """The same by model, in order."""
    by_day: MayBeAbsent[dict[str, Line]] = ABSENT
    """The same by day."""


STREAM = Framing(
    at=("usage", "response.usage"),
    terminal={"type": ("completed", "failed")},
    excused={"type": ("failed",)},
    events=({"type": "created", "response": {}}, {"type": "completed", "response": {}}),
)

TOY = Contract(
    name="toy/chat",
    source=Source(document="ToyUsage", package="toy-sdk", version="1.2.3"),
    usage=ToyUsage,
    endpoints=(
        Endpoint(path="/v1/chat", hosts=("api.toy.test",), stream=STREAM, body={"id": "toy-1"}),
        Endpoint(path="/v2/chat", hosts=("api.toy.test",), presence="nullable", body={"id": "toy-2"}),
        Endpoint(
            path="/v3/chat",
            hosts=("api.toy.test",),
            presence="required",
            excused={"status": ("failed",)},
            body={"id": "toy-3"},
        ),
    ),
    accounting=(
        Total("total_tokens", of=("input_tokens", "output_tokens")),
        Whole("input_tokens", parts=("input_details.text_tokens", "input_details.image_tokens")),
        Part("input_details.cached_tokens", whole="input_tokens"),
        Part("output_details.reasoning_tokens", whole="output_tokens"),
        Beside("tool_tokens", headline="input_tokens"),
    ),
)

KEPT = {
    "input_tokens": 120,
    "input_details": {"text_tokens": 100, "image_tokens": 20, "cached_tokens": 64},
    "output_tokens": 45,
    "output_details": {"reasoning_tokens": 32},
    "tool_tokens": 7,
    "total_tokens": 165,
    "lines": [{"model": "nova", "tokens": 165}],
    "by_day": {"2026-11-28": {"model": "nova", "tokens": 165}},
}


def changed(usage: Mapping[str, object], path: str, value: object) -> dict[str, object]:
    """Return a copy of *usage* with *value* at the dotted *path*, or nothing there where it is `ABSENT`."""
    usage = copy.deepcopy(dict(usage))
    *above, name = path.removeprefix("usage.").split(".")
    place = usage
    for step in above:
        place = place[step]
    if value is ABSENT:
        del place[name]
    else:
        place[name] = value
    return usage


def camel(value: object) -> object:
    """Return *value* with its names as an SDK for JavaScript spells them."""
    if not isinstance(value, dict):
        return value
    words = {name: name.split("_") for name in value}
    return {words[name][0] + "".join(map(str.title, words[name][1:])): camel(v) for name, v in value.items()}


def codes(verdict: object) -> list[tuple[str, str]]:
    """Return code and path of every finding of a verdict: what a test asserts where words are not its subject."""
    return [(found.code, found.path) for found in verdict.findings]
