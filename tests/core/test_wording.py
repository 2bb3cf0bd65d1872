"""Every sentence that a finding can say, whole, here and nowhere else: what is reworded is changed in one place."""

from math import inf, nan
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator, model_validator
from toy import KEPT, TOY, changed
from typing_extensions import TypedDict

from pytest_usage_contract.api import parity
from pytest_usage_contract.core.check import check_bytes, check_events, check_value
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing, Source
from pytest_usage_contract.core.escape import describe, outline
from pytest_usage_contract.core.usage import ABSENT, Unread, Usage


class Row(TypedDict):
    cached: int


class Own(Usage):
    """What the toy has not: limits, choices, checks of one's own, and what only pydantic has words for."""

    whole: int = 0
    limited: Annotated[int, Field(ge=0)] = 0
    tier: Literal["standard", "batch"] = "standard"
    key: Annotated[str, Field(pattern="^(" + "x" * 200 + ")?$")] = ""
    either: int | str = 0
    numbers: list[int] = []  # noqa: RUF012 - pydantic copies it
    row: Row | None = None
    unread: Unread = 0
    rate: float = 0
    even: int = 0

    @field_validator("even")
    @classmethod
    def is_even(cls, value):
        raise ValueError('an "odd" number')


class Summed(BaseModel):
    input: int = 0
    cached: int = 0

    @model_validator(mode="after")
    def within(self):
        raise ValueError("more cached than there are")


def own(model):
    return Contract(name="own/call", source=Source(document="Own", package="own"), usage=model)


OWN, SUMMED = own(Own), own(Summed)
OPTIONAL, _, REQUIRED = TOY.endpoints
ODD_END = Endpoint(path="/", hosts=(), stream=Framing(terminal={"choices": ([],), "a.b": (...,)}))
FURTHER_IN = Endpoint(path="/", hosts=(), at="x.y", presence="required")

# Every table: what a finding says, and in what.

OF_A_USAGE = {
    "a count is absent": ("absent, documented as a number", changed(KEPT, "input_tokens", ABSENT)),
    "a count is null": ("null, documented as a number", changed(KEPT, "input_tokens", None)),
    "a count is a text": ('string "47", documented as a number', changed(KEPT, "input_tokens", "47")),
    "no list": ("number 1, documented as a list", {**KEPT, "lines": 1}),
    "no map": ("list of 0 items, documented as an object", {**KEPT, "by_day": []}),
    "a count is no number": ("NaN, documented as a number", changed(KEPT, "input_tokens", nan)),
    "an SDK's name": (
        'spelled "outputDetails" as an SDK does, on the wire it is "output_details"',
        {**changed(KEPT, "output_details", ABSENT), "outputDetails": {}},
    ),
    "no sum": ("input_tokens + output_tokens = 120 + 45 = 165, is 166", {**KEPT, "total_tokens": 166}),
    "no sum of parts": (
        "input_details.text_tokens + input_details.image_tokens = 101 + 20 = 121, is 120",
        changed(KEPT, "input_details.text_tokens", 101),
    ),
    "too large a part": ("at most input_tokens = 120, is 121", changed(KEPT, "input_details.cached_tokens", 121)),
    "a count is negative": ("number -1, a count is not below zero", {**KEPT, "tool_tokens": -1}),
    "a count is fractional": ("number 0.5, a count is whole", {**KEPT, "tool_tokens": 0.5}),
    "an undocumented count": ("number 0.5, not documented", {**KEPT, "cost": 0.5}),
    "an undocumented text": ("string of 6 characters, not documented", {**KEPT, "note": "secret"}),
}

OF_A_MODEL = {
    "a whole number is a text": ('string "1", documented as an integer', OWN, {"whole": "1"}),
    "none of the types": ("list of 0 items, should be a valid integer", OWN, {"either": []}),
    "a count is beyond a limit": ("number -1, should be greater than or equal to 0", OWN, {"limited": -1}),
    "none of the choices": (r"""string "\x1b[1m", should be 'standard' or 'batch'""", OWN, {"tier": "\x1b[1m"}),
    "no match, at length": (
        f'string "no", String should match pattern \'^({"x" * 89}… (235 characters)',
        OWN,
        {"key": "no"},
    ),
    "an item of another type": ('string "2", should be a valid integer', OWN, {"numbers": [1, "2"]}),
    "a value is absent": ("absent, documented as required", OWN, {"row": {}}),
    "null, where anything else will do": ("null, documented as a value", OWN, {"unread": None}),
    "a rate is no number": ("NaN, documented as a number", OWN, {"rate": nan}),
    "refused by a check of a field": (r"number 3, Value error, an \"odd\" number", OWN, {"even": 3}),
    "refused by a check of the model": (
        "object with 2 names, Value error, more cached than there are",
        SUMMED,
        {"input": 1, "cached": 2},
    ),
}

OF_A_BODY = {
    "no JSON": ("not JSON: expected value at line 1 column 1", b"<html>"),
    "no UTF-8": ("not JSON: not UTF-8", b'{"a": "\xff"}'),
    "what only the standard library might read, and is too large for it": (
        "not JSON: expected value at line 1 column 1, and too large to be read in another way",
        b"\xef\xbb\xbf" + b" " * 8 * 1024 * 1024 + b"x",
    ),
    "an empty body": ("empty body, documented as JSON", b""),
    "events": ("a stream of events, documented as JSON", b"data: {}", {"contract": OWN}),
    "a text for a body": ("string of 6 characters, documented as an object", b'"secret"'),
    "a text for the usage of a body": ('string "none", documented as an object', b'{"usage": "none"}'),
    "no usage": ("absent, documented as an object at usage", b"{}"),
    "no usage further in": ("absent, documented as an object at x.y", b"{}", {"endpoint": FURTHER_IN}),
    "null where a usage is demanded": ("null, documented as an object at usage", b'{"usage": null}', {"demand": True}),
    "null for a usage": ("null, documented as an object", b'{"usage": null}'),
    "no usage but elsewhere": (
        "absent, documented as an object at usage; there is one at $.response.usage",
        b'{"response": {"usage": {"tokens": 1}}}',
    ),
    "a usage elsewhere": (
        "a usage stands here, documented at usage",
        b'{"response": {"usage": {"tokens": 1}}}',
        {"endpoint": OPTIONAL},
    ),
    "an error": (
        "the response has succeeded, yet carries an error (string of 6 characters) and no usage",
        b'{"error": "secret"}',
    ),
    "an error with a code": (
        "the response has succeeded, yet carries an error (code model_not_found) and no usage",
        b'{"error": {"code": "model_not_found", "type": "x"}}',
    ),
    "an error with a type": (
        "the response has succeeded, yet carries an error (code overloaded_error) and no usage",
        b'{"error": {"code": "sk-12345", "type": "overloaded_error"}}',
    ),
    "an error with a status": (
        "the response has succeeded, yet carries an error (code UNAVAILABLE) and no usage",
        b'{"error": {"code": "sk-12345", "type": "error", "status": "UNAVAILABLE"}}',
    ),
    "an error with a number that may be a code": (
        "the response has succeeded, yet carries an error (code -999999) and no usage",
        b'{"error": {"code": -999999}}',
    ),
    "an error with a number beyond all codes": (
        "the response has succeeded, yet carries an error (object with 2 names) and no usage",
        b'{"error": {"code": 1000000, "status": null}}',
    ),
}

END, BARE = {"type": "completed", "usage": KEPT}, {"type": "completed", "response": {}}

OF_A_STREAM = {
    "no end": (
        "the stream was over before the event that ends it (type completed or failed): the last that came was created",
        [{"type": "created"}],
    ),
    "no end, and an event of no name": (
        "the stream was over before the event that ends it (type completed or failed): "
        "the last that came was an object with 1 name",
        [{"type": "created"}, b'{"type": "sk-12345"}'],
    ),
    "no end, and an event that is cut": (
        "the stream was over before the event that ends it (type completed or failed): the last that came was one that is no JSON",
        [{"type": "created"}, '{"type": "crea'],
    ),
    "no end, and an event that is no Unicode": (
        "the stream was over before the event that ends it (type completed or failed): the last that came was one that is no JSON",
        ["\udc80"],
    ),
    "no end, though it is said": (
        "the stream was over before the event that ends it (type completed or failed): the last that came was [DONE]",
        [{"type": "created"}, "[DONE]"],
    ),
    "no end, whatever that is": (
        "the stream was over before the event that ends it (choices [] and a.b not null): "
        "the last that came was chat.completion.chunk",
        [{"type": 3, "object": "chat.completion.chunk"}],
        {"endpoint": ODD_END},
    ),
    "no end that is known": (
        "the stream was over before the event that ends it (type completed or failed): no event came (it was cut)",
        [],
        {"note": "it was cut"},
    ),
    "no usage at the end": ("the event that ends the stream carries no usage", [BARE]),
    "no usage at the end but elsewhere": (
        "the event that ends the stream carries no usage; there is one at $.x.usage (it was cut)",
        [{**BARE, "x": {"usage": KEPT}}],
        {"note": "it was cut"},
    ),
    "a usage too late": ("the usage came after the end of the stream, where no client reads", ["[DONE]", END]),
    "an end that is cut": (
        "an event that speaks of a usage is not JSON: EOF while parsing an object at line 1 column 45",
        ['{"type":"completed","usage":{"input_tokens":1'],
    ),
    "an event that is cut": (
        "an event that speaks of a usage is not JSON: expected value at line 1 column 10",
        [b'{"usage":!', END],
    ),
    "an error in a stream": (
        "the response has succeeded, yet carries an error (code 1) and no usage",
        [{"type": "error", "code": 1}],
    ),
    "an error in a stream, of no code": (
        "the response has succeeded, yet carries an error (object with 3 names) and no usage",
        [{"type": "error", "code": True, "message": "x"}],
    ),
    "a text for a usage": ('string "none", documented as an object', [{**END, "usage": "none"}]),
    "a usage too early": (
        "a usage stands in an event before the one that ends the stream, documented in that one",
        [{"type": "created", "usage": KEPT}, END],
    ),
    "a second usage": (
        "a usage stands in an event after the one that ends the stream, documented in that one",
        [END, END],
    ),
    "a count that goes down": (
        "was number of about 5001 digits, then number 7; the counts of a stream are cumulative",
        [{"type": "completed", "usage": {"tool_tokens": 10**5000}, "response": {"usage": KEPT}}],
    ),
}

OF_A_PAIR = {
    "a field of the plain answer": (
        "absent in the stream, present in the plain answer",
        changed(KEPT, "tool_tokens", ABSENT),
        KEPT,
    ),
    "a field of the stream": (
        "present in the stream, null in the plain answer",
        KEPT,
        {**KEPT, "output_details": None},
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
    "a text for the usage of a body": ("wrong-type", "object", 'string "none"'),
    "a text for a usage": ("wrong-type", "object", 'string "none"'),
    "a count is no number": ("non-finite-number", "number", "NaN"),
    "a rate is no number": ("non-finite-number", "number", "NaN"),
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
    "a count that goes down": ("decreasing-count", "at least number of about 5001 digits", "number 7"),
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
    (2**240, "number of about 73 digits"),
    (-(2**240), "number of about 73 digits"),
    (10**4000, "number of about 4001 digits"),
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


def of_a_usage(usage):
    return checker(TOY).check(usage)


def of_a_model(contract, usage):
    return checker(contract).check(usage)


def of_a_body(text, options=None):
    return check_bytes(**{"contract": TOY, "body": text, "endpoint": REQUIRED, **(options or {})})


def of_a_stream(events, options=None):
    return check_events(TOY, events, **(options or {}))


def of_a_pair(streamed, plain):
    return parity(TOY, of_a_stream([{**END, "usage": streamed}]), check_value(TOY, {"usage": plain}))


USAGES = {of_a_usage: OF_A_USAGE, of_a_model: OF_A_MODEL}
RESPONSES = {of_a_body: OF_A_BODY, of_a_stream: OF_A_STREAM, of_a_pair: OF_A_PAIR}


def found_in(tables):
    """What is found in each case of *tables*, in the way of each."""
    return {case: judged(*given).findings for judged, table in tables.items() for case, (_, *given) in table.items()}


def said_in(tables):
    return {case: " and ".join(found.message for found in findings) for case, findings in found_in(tables).items()}


def sentences(tables):
    return {case: sentence for table in tables.values() for case, (sentence, *_) in table.items()}


def test_a_usage_is_told_what_is_wrong_with_it():
    assert said_in(USAGES) == sentences(USAGES)


def test_a_body_or_a_stream_is_told_what_is_wrong_with_it():
    assert said_in(RESPONSES) == sentences(RESPONSES)


def test_a_finding_holds_what_should_be_and_what_is():
    found = {case: findings[0] for case, findings in found_in(USAGES | RESPONSES).items()}
    sides = {case: (found[case].code, found[case].expected, found[case].actual) for case in BOTH_SIDES}
    assert sides == BOTH_SIDES
    # What a booking is told stands with its tests.
    judged = {name for name, code in CODES.items() if code.kind != "booking"}
    assert {code for code, *_ in sides.values()} == {one.code for one in found.values()} == judged


def test_a_value_is_described_with_its_type_and_outlined_where_it_may_be_secret():
    assert [describe(value) for value, _ in DESCRIBED] == [text for _, text in DESCRIBED]
    assert [outline(value) for value, _ in OUTLINED] == [text for _, text in OUTLINED]
