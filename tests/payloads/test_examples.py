"""What examples and counterexamples are made up from a contract, told whole for one that has one of everything."""

from dataclasses import replace

from toy import KEPT, TOY, changed

from pytest_usage_contract import counterexamples, examples
from pytest_usage_contract.core.usage import ABSENT


def usages(cases):
    return {case.name: case.usage for case in cases}


FULL = {
    "input_tokens": 24,
    "input_details": {"text_tokens": 11, "image_tokens": 13, "cached_tokens": 17},
    "output_tokens": 180,
    "output_details": {"reasoning_tokens": 19},
    "tool_tokens": 220,
    "total_tokens": 204,
    "lines": [{"model": "text", "tokens": 23}],
    "by_day": {"example": {"model": "text", "tokens": 29}},
}

LEGAL = {
    "full": FULL,
    "minimal": {
        "input_tokens": 24,
        "input_details": {"text_tokens": 11, "image_tokens": 13},
        "output_tokens": 180,
        "total_tokens": 204,
    },
    "zero": {
        "input_tokens": 0,
        "input_details": {"text_tokens": 0, "image_tokens": 0, "cached_tokens": 0},
        "output_tokens": 0,
        "output_details": {"reasoning_tokens": 0},
        "tool_tokens": 0,
        "total_tokens": 0,
        "lines": [{"model": "text", "tokens": 0}],
        "by_day": {"example": {"model": "text", "tokens": 0}},
    },
    "input_details.cached_tokens-absent": changed(FULL, "input_details.cached_tokens", ABSENT),
    "output_details-absent": changed(FULL, "output_details", ABSENT),
    "output_details.reasoning_tokens-absent": changed(FULL, "output_details.reasoning_tokens", ABSENT),
    "tool_tokens-absent": changed(FULL, "tool_tokens", ABSENT),
    "lines-absent": changed(FULL, "lines", ABSENT),
    "by_day-absent": changed(FULL, "by_day", ABSENT),
    "input_details.cached_tokens-null": changed(FULL, "input_details.cached_tokens", None),
    "output_details-null": changed(FULL, "output_details", None),
}

FAULTS = """
    input_tokens                    missing null string boolean object nan misspelt fractional off-by-one
    input_details                   missing null string list number misspelt undocumented
    input_details.text_tokens       missing null string boolean object nan misspelt negative fractional
    input_details.image_tokens      missing null string boolean object nan misspelt negative fractional
    input_details.cached_tokens     string boolean object nan misspelt negative fractional above-input_tokens
    output_tokens                   missing null string boolean object nan misspelt negative fractional
    output_details                  string list number misspelt undocumented
    output_details.reasoning_tokens null string boolean object nan misspelt negative fractional above-output_tokens
    tool_tokens                     null string boolean object nan misspelt negative fractional
    total_tokens                    missing null string boolean object nan misspelt fractional off-by-one
    lines                           null string object number
    lines[]                         undocumented
    lines[].model                   missing null number boolean object
    lines[].tokens                  missing null string boolean object nan negative fractional
    by_day                          null string list number misspelt
    by_day.example                  undocumented
    by_day.example.model            missing null number boolean object
    by_day.example.tokens           missing null string boolean object nan negative fractional
    usage                           undocumented
"""

CODES = {
    "missing": "missing-field",
    "null": "null-value",
    "nan": "non-finite-number",
    "misspelt": "sdk-spelling",
    "negative": "negative-count",
    "fractional": "fractional-count",
    "above-input_tokens": "part-exceeds-whole",
    "above-output_tokens": "part-exceeds-whole",
    "undocumented": "undocumented-field",
}
SUMS = {"total_tokens": "total-mismatch", "input_tokens": "parts-mismatch"}

OPTIONAL = ("output_details", "tool_tokens", "lines", "by_day")

# One fault of each sort, and all that it changes: counts that depend on the faulty one follow it.
CHANGES = {
    "tool_tokens-null": {"tool_tokens": None},
    "tool_tokens-string": {"tool_tokens": "10"},
    "tool_tokens-boolean": {"tool_tokens": True},
    "tool_tokens-object": {"tool_tokens": {}},
    "tool_tokens-negative": {"tool_tokens": -1},
    "tool_tokens-fractional": {"tool_tokens": 220.5},
    "total_tokens-fractional": {"total_tokens": 204.005},
    "total_tokens-off-by-one": {"total_tokens": 205},
    "input_tokens-off-by-one": {"input_tokens": 25, "total_tokens": 205},
    "output_tokens-negative": {
        "output_tokens": -1,
        "total_tokens": 23,
        **dict.fromkeys(OPTIONAL, ABSENT),
        "input_details": LEGAL["minimal"]["input_details"],
    },
    "input_details-string": {"input_details": "{}"},
    "input_details-list": {"input_details": []},
    "input_details-number": {"input_details": 1},
    "lines-string": {"lines": "[]"},
    "lines-object": {"lines": {}},
    "lines-number": {"lines": 1},
    "lines[].model-missing": {"lines": [{"tokens": 23}]},
    "lines[].model-number": {"lines": [{"model": 1, "tokens": 23}]},
    "lines[].model-boolean": {"lines": [{"model": True, "tokens": 23}]},
    "lines[]-undocumented": {"lines": [{"model": "text", "tokens": 23, "undocumented_tokens": 1}]},
    "by_day-misspelt": {"by_day": ABSENT, "byDay": FULL["by_day"]},
    "by_day.example.tokens-negative": {"by_day": {"example": {"model": "text", "tokens": -1}}},
    "input_details.cached_tokens-above-input_tokens": {"input_details": {**FULL["input_details"], "cached_tokens": 25}},
    "usage-undocumented": {"undocumented_tokens": 1},
}


def test_every_freedom_of_the_documentation_has_an_example():
    assert [*usages(examples(TOY)).items()] == [*LEGAL.items()]
    assert [(example.note, example.contract) for example in examples(TOY)] == [("", "toy/chat")] * len(LEGAL)


def test_every_promise_has_its_counterexamples():
    expected = []
    for path, *faults in map(str.split, FAULTS.strip().splitlines()):
        place = path if path == "usage" else f"usage.{path}"
        for fault in faults:
            code = SUMS[path] if fault == "off-by-one" else CODES.get(fault, "wrong-type")
            stranger = ".undocumented_tokens" if fault == "undocumented" else ""
            expected.append((f"{path}-{fault}", code, place + stranger))
    assert sorted((case.name, case.code, case.path) for case in counterexamples(TOY)) == sorted(expected)


def test_a_counterexample_has_its_fault_and_no_other_change():
    found = usages(counterexamples(TOY))
    changes = {name: _difference(found[name]) for name in CHANGES}
    assert changes == CHANGES


def _difference(usage):
    """What is in *usage* that is not so in `FULL`, by its outermost name."""
    return {name: usage.get(name, ABSENT) for name in FULL | usage if usage.get(name, ABSENT) != FULL.get(name, ABSENT)}


def test_the_documented_example_comes_first_and_is_what_it_is():
    example = {**KEPT, "input_tokens": 120.5}
    found = examples(replace(TOY, example=example))
    assert (found[0].name, found[0].usage) == ("documented", example)
    assert usages(found[1:]) == LEGAL


def test_what_is_given_out_can_be_changed_without_harm():
    shown = replace(TOY, example=KEPT)
    for number in (0, 1):
        examples(shown)[number].usage["input_details"]["text_tokens"] = "changed"
    assert [example.usage["input_details"]["text_tokens"] for example in examples(shown)[:2]] == [100, 11]
    assert KEPT["input_details"]["text_tokens"] == 100


def test_examples_and_counterexamples_tell_their_names():
    assert str(examples(TOY)[0]) == "toy/chat-full"
    case = counterexamples(TOY)[0]
    assert (str(case), case.contract, case.kind) == ("toy/chat-input_tokens-missing", "toy/chat", "schema")


def test_nan_is_written_as_careless_servers_write_it():
    case = next(case for case in counterexamples(TOY) if case.name == "input_tokens-nan")
    assert case.wire.startswith(b'{"input_tokens": NaN, ')
