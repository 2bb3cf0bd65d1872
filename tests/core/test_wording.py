"""Every sentence that a finding can say, whole, here and nowhere else: what is reworded is changed in one place."""

from math import inf, nan
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator, model_validator
from toy import KEPT, TOY, changed
from typing_extensions import TypedDict

from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.parity import parity
from pytest_usage_contract.core.text import described, outlined
from pytest_usage_contract.core.usage import ABSENT, Unread, Usage


class Row(TypedDict):
    cached: int


class Own(Usage):
    """What the toy has not: limits, choices, checks of one's own, and what only pydantic has words for."""

    whole: int = 0
    limited: Annotated[int, Field(ge=0)] = 0
    tier: Literal["standard", "batch"] = "standard"
    key: Annotated[str, Field(pattern="^(" + "x" * 200 + ")?$")] = ""
    truth: bool = False
    either: int | str = 0
    numbers: list[int] = []  # noqa: RUF012 - pydantic copies it
    row: Row | None = None
    unread: Unread = 0
    even: int = 0

    @field_validator("even")
    @classmethod
    def is_even(cls, value):
        if value % 2:
            raise ValueError('an "odd" number')
        return value


class Summed(BaseModel):
    input: int = 0
    cached: int = 0

    @model_validator(mode="after")
    def within(self):
        if self.cached > self.input:
            raise ValueError("more cached than there are")
        return self


def own(model):
    return Contract(name="own/call", source=Source(document="Own", package="own"), usage=model)


OWN, SUMMED = own(Own), own(Summed)
OPTIONAL, _, REQUIRED = TOY.endpoints
FURTHER_IN = Endpoint(path="/", hosts=(), at="x.y", presence="required")

OF_A_USAGE = {
    "a count is absent": (changed(KEPT, "input_tokens", ABSENT), "absent, documented as a number"),
    "an object is absent": (changed(KEPT, "input_details", ABSENT), "absent, documented as an object"),
    "a count is null": (changed(KEPT, "input_tokens", None), "null, documented as a number"),
    "an item is null": ({**KEPT, "lines": [None]}, "null, documented as an object"),
    "a count is a text": (changed(KEPT, "input_tokens", "47"), 'string "47", documented as a number'),
    "no list": ({**KEPT, "lines": 1}, "number 1, documented as a list"),
    "no map": ({**KEPT, "by_day": []}, "list of 0 items, documented as an object"),
    "no text": ({**KEPT, "lines": [{"model": {}, "tokens": 1}]}, "object with 0 names, documented as a string"),
    "a count is no number": (changed(KEPT, "input_tokens", nan), "NaN, documented as a number"),
    "an SDK's name": (
        {**changed(KEPT, "output_details", ABSENT), "outputDetails": {}},
        'spelled "outputDetails" as an SDK does, on the wire it is "output_details"',
    ),
    "no sum": ({**KEPT, "total_tokens": 166}, "input_tokens + output_tokens = 120 + 45 = 165, is 166"),
    "no sum of parts": (
        changed(KEPT, "input_details.text_tokens", 101),
        "input_details.text_tokens + input_details.image_tokens = 101 + 20 = 121, is 120",
    ),
    "too large a part": (changed(KEPT, "input_details.cached_tokens", 121), "at most input_tokens = 120, is 121"),
    "a count is negative": ({**KEPT, "tool_tokens": -1}, "number -1, a count is not below zero"),
    "a count is fractional": ({**KEPT, "tool_tokens": 0.5}, "number 0.5, a count is whole"),
    "an undocumented count": ({**KEPT, "cost": 0.5}, "number 0.5, not documented"),
    "an undocumented text": ({**KEPT, "note": "secret"}, "string of 6 characters, not documented"),
}

OF_A_MODEL = {
    "a whole number is a text": (OWN, {"whole": "1"}, 'string "1", documented as an integer'),
    "a whole number is a fraction": (OWN, {"whole": 1.5}, "number 1.5, documented as an integer"),
    "no truth": (OWN, {"truth": 1}, "number 1, documented as a boolean"),
    "none of the types": (OWN, {"either": []}, "list of 0 items, should be a valid integer"),
    "a count is beyond a limit": (OWN, {"limited": -1}, "number -1, should be greater than or equal to 0"),
    "none of the choices": (OWN, {"tier": "\x1b[1m"}, r"""string "\x1b[1m", should be 'standard' or 'batch'"""),
    "no match, at length": (
        OWN,
        {"key": "no"},
        f'string "no", String should match pattern \'^({"x" * 89}… (235 characters)',
    ),
    "an item of another type": (OWN, {"numbers": [1, "2"]}, 'string "2", should be a valid integer'),
    "a value is absent": (OWN, {"row": {}}, "absent, documented as required"),
    "null, where anything else will do": (OWN, {"unread": None}, "null, documented as a value"),
    "refused by a check of a field": (OWN, {"even": 3}, r"number 3, Value error, an \"odd\" number"),
    "refused by a check of the model": (
        SUMMED,
        {"input": 1, "cached": 2},
        "object with 2 names, Value error, more cached than there are",
    ),
}

OF_A_BODY = {
    "no JSON": (b"<html>", {}, "not JSON: expected value at line 1 column 1"),
    "an empty body": (b"", {}, "empty body, documented as JSON"),
    "events": (b"data: {}", {"contract": OWN}, "a stream of events, documented as JSON"),
    "a text for a body": (b'"secret"', {}, "string of 6 characters, documented as an object"),
    "no usage": (b"{}", {}, "absent, documented as an object at usage"),
    "no usage further in": (b"{}", {"endpoint": FURTHER_IN}, "absent, documented as an object at x.y"),
    "null where a usage is demanded": (
        b'{"usage": null}',
        {"demand": True},
        "null, documented as an object at usage",
    ),
    "null for a usage": (b'{"usage": null}', {}, "null, documented as an object"),
    "a number for a usage": (b'{"usage": 0}', {}, "number 0, documented as an object"),
    "no usage but elsewhere": (
        b'{"response": {"usage": {"tokens": 1}}}',
        {},
        "absent, documented as an object at usage; there is one at $.response.usage",
    ),
    "a usage elsewhere": (
        b'{"response": {"usage": {"tokens": 1}}}',
        {"endpoint": OPTIONAL},
        "a usage stands here, documented at usage",
    ),
    "an error": (
        b'{"error": "secret"}',
        {},
        "the response has succeeded, yet carries an error (string of 6 characters) and no usage",
    ),
}

END, BARE = {"type": "completed", "usage": KEPT}, {"type": "completed", "response": {}}

OF_A_STREAM = {
    "no end": ([{"type": "created"}], {}, "the stream was over before the event that ends it"),
    "no end that is known": (
        [],
        {"note": "it was cut"},
        "the stream was over before the event that ends it (it was cut)",
    ),
    "no usage at the end": ([BARE], {}, "the event that ends the stream carries no usage"),
    "no usage demanded at the end": (
        [{"type": "failed"}],
        {"demand": True},
        "the event that ends the stream carries no usage",
    ),
    "no usage at the end but elsewhere": (
        [{**BARE, "x": {"usage": KEPT}}],
        {"note": "it was cut"},
        "the event that ends the stream carries no usage; there is one at $.x.usage (it was cut)",
    ),
    "a usage too late": (
        ["[DONE]", END],
        {},
        "the usage came after the end of the stream, where no client reads",
    ),
    "an end that is cut": (
        ['{"type":"completed","usage":{"input_tokens":1'],
        {},
        "an event that speaks of a usage is not JSON: EOF while parsing an object at line 1 column 45",
    ),
    "an event that is cut": (
        [b'{"usage":!', END],
        {},
        "an event that speaks of a usage is not JSON: expected value at line 1 column 10",
    ),
    "an error in a stream": (
        [{"type": "error", "code": 1}],
        {},
        "the response has succeeded, yet carries an error (object with 2 names) and no usage",
    ),
    "a text for a usage": ([{**END, "usage": "none"}], {}, 'string "none", documented as an object'),
    "a usage too early": (
        [{"type": "created", "usage": KEPT}, END],
        {},
        "a usage stands in an event before the one that ends the stream, documented in that one",
    ),
    "a second usage": (
        [END, END],
        {},
        "a usage stands in an event after the one that ends the stream, documented in that one",
    ),
    "a count that goes down": (
        [{"type": "completed", "usage": {"tool_tokens": 10**5000}, "response": {"usage": KEPT}}],
        {},
        "was number of about 4983 digits, then number 7; the counts of a stream are cumulative",
    ),
}

OF_A_PAIR = {
    "a field of the plain answer": (
        changed(KEPT, "tool_tokens", ABSENT),
        KEPT,
        "absent in the stream, present in the plain answer",
    ),
    "a field of the stream": (
        KEPT,
        {**KEPT, "output_details": None},
        "present in the stream, null in the plain answer",
    ),
}

# What a finding has beside its sentence, once for each code and each way to come by it: what should be, and what is.
BOTH_SIDES = {
    "a count is absent": ("missing-field", "number", "absent"),
    "a value is absent": ("missing-field", "present", "absent"),
    "a count is null": ("null-value", "number", "null"),
    "null for a usage": ("null-value", "object", "null"),
    "a count is a text": ("wrong-type", "number", 'string "47"'),
    "a count is beyond a limit": ("wrong-type", "should be greater than or equal to 0", "number -1"),
    "a text for a body": ("wrong-type", "object", "string of 6 characters"),
    "a text for a usage": ("wrong-type", "object", 'string "none"'),
    "a count is no number": ("non-finite-number", "number", "NaN"),
    "an SDK's name": ("sdk-spelling", "output_details", "outputDetails"),
    "no sum": ("total-mismatch", "input_tokens + output_tokens = 120 + 45 = 165", "166"),
    "no sum of parts": (
        "parts-mismatch",
        "input_details.text_tokens + input_details.image_tokens = 101 + 20 = 121",
        "120",
    ),
    "too large a part": ("part-exceeds-whole", "at most input_tokens = 120", "121"),
    "a count is negative": ("negative-count", "a count, not below zero", "number -1"),
    "a count is fractional": ("fractional-count", "a count, whole", "number 0.5"),
    "a count that goes down": ("decreasing-count", "at least number of about 4983 digits", "number 7"),
    "an undocumented count": ("undocumented-field", "nothing", "number 0.5"),
    "no JSON": ("not-json", "JSON", "expected value at line 1 column 1"),
    "an event that is cut": ("not-json", "JSON", "expected value at line 1 column 10"),
    "no usage": ("no-usage", "object", "absent"),
    "a usage elsewhere": ("misplaced-usage", "usage", "$.response.usage"),
    "a usage too early": ("misplaced-usage", "the last event", "an event before it"),
    "a second usage": ("misplaced-usage", "the last event", "an event after it"),
    "an error": ("error-body", "a usage", "string of 6 characters"),
    "no end": ("no-terminal-usage", "object", "absent"),
    "a field of the plain answer": ("stream-mismatch", "present in both", "absent"),
    "a field of the stream": ("stream-mismatch", "present in both", "null"),
}

DESCRIBED = [
    (None, "null"),
    (ABSENT, "absent"),
    (True, "boolean true"),
    (False, "boolean false"),
    ("10", 'string "10"'),
    ("", 'string ""'),
    ("x" * 24, f'string "{"x" * 24}"'),
    ("x" * 25, "string of 25 characters"),
    (10, "number 10"),
    (-1, "number -1"),
    (1e22, "number 1e+22"),
    (2**239, f"number {2**239}"),
    (2**240, "number of about 72 digits"),
    (-(2**240), "number of about 72 digits"),
    (10**4000, "number of about 3986 digits"),
    (nan, "NaN"),
    (inf, "infinity, or a number too large to be read"),
    (-inf, "-infinity, or a number too large to be read"),
    ({}, "object with 0 names"),
    ({"a": 1}, "object with 1 name"),
    ([], "list of 0 items"),
    ([1], "list of 1 item"),
    (b"\x1b", "b'\\\\x1b'"),
]

# What may hold a prompt, a completion or a key: of a text no more than its length.
OUTLINED = [
    ("secret", "string of 6 characters"),
    ("s", "string of 1 character"),
    (10, "number 10"),
    ({"secret": "secret"}, "object with 1 name"),
    (["secret"], "list of 1 item"),
]


def judged(table, judgement):
    """Each case of a table with the one finding that *judgement* makes of it, and with what it ought to say."""
    found = {case: judgement(*given).findings for case, (*given, _) in table.items()}
    return {case: finding for case, (finding,) in found.items()}


def of_usages():
    return {**judged(OF_A_USAGE, lambda usage: judge(TOY, usage)), **judged(OF_A_MODEL, judge)}


def of_bodies():
    def body(text, options):
        return check_bytes(**{"contract": TOY, "body": text, "endpoint": REQUIRED, **options})

    return judged(OF_A_BODY, body)


def of_streams():
    def stream(events, options):
        return check_events(TOY, events, **options)

    def pair(streamed, plain):
        return parity(TOY, stream([{**END, "usage": streamed}], {}), check_value(TOY, {"usage": plain}))

    return {**judged(OF_A_STREAM, stream), **judged(OF_A_PAIR, pair)}


def messages(findings):
    return {case: found.message for case, found in findings.items()}


def sentences(*tables):
    return {case: row[-1] for table in tables for case, row in table.items()}


def test_a_usage_is_told_what_is_wrong_with_it():
    assert messages(of_usages()) == sentences(OF_A_USAGE, OF_A_MODEL)


def test_a_body_or_a_stream_is_told_what_is_wrong_with_it():
    assert messages(of_bodies() | of_streams()) == sentences(OF_A_BODY, OF_A_STREAM, OF_A_PAIR)


def test_a_finding_holds_what_should_be_and_what_is():
    found = of_usages() | of_bodies() | of_streams()
    sides = {case: (found[case].code, found[case].expected, found[case].actual) for case in BOTH_SIDES}
    assert sides == BOTH_SIDES
    assert {one.code for one in found.values()} == {code for code, *_ in sides.values()} == {*CODES}


def test_a_value_is_described_with_its_type_and_outlined_where_it_may_be_secret():
    assert [described(value) for value, _ in DESCRIBED] == [text for _, text in DESCRIBED]
    assert [outlined(value) for value, _ in OUTLINED] == [text for _, text in OUTLINED]
