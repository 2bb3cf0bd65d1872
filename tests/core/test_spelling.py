"""The names of an SDK told from the names on the wire, at every depth."""

from dataclasses import replace

import pytest
from toy import KEPT, TOY, camel, codes

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.fields import tree_of
from pytest_usage_contract.core.spelling import describe_spelling, normalize_name, respell, sdk_name
from pytest_usage_contract.core.usage import Count, Usage


class Leaf(Usage):
    cached_tokens: Count
    plain: Count


class Tree(Usage):
    input_tokens: Count
    b64_json: str
    cost: float
    leaf: Leaf
    by_model: dict[str, Leaf]
    all_leaves: list[Leaf]
    cache_1h_tokens: Count


SHAPE = tree_of(Tree)


def test_all_spellings_of_a_name_sound_alike():
    spellings = ("b64_json", "b64Json", "B64JSON", "B64Json", "b64json", "_b64_json")
    assert {normalize_name(name) for name in spellings} == {"b64json"}


PUT_BACK = {
    "a name": ({"inputTokens": 1}, {"input_tokens": 1}, [("usage.input_tokens", "input_tokens", "inputTokens")]),
    "a name in capitals": (
        {"InputTokens": 1},
        {"input_tokens": 1},
        [("usage.input_tokens", "input_tokens", "InputTokens")],
    ),
    "a name in an object": (
        {"new": 1, "leaf": {"cachedTokens": 1}},
        {"new": 1, "leaf": {"cached_tokens": 1}},
        [("usage.leaf.cached_tokens", "cached_tokens", "cachedTokens")],
    ),
    # The keys of a map are nobody's names, even where they sound like one.
    "names in a map": (
        {"byModel": {"cachedTokens": {"cachedTokens": 1}, "gpt-4.1": {"CachedTokens": 2}, "x": 3}},
        {"by_model": {"cachedTokens": {"cached_tokens": 1}, "gpt-4.1": {"cached_tokens": 2}, "x": 3}},
        [
            ("usage.by_model", "by_model", "byModel"),
            ("usage.by_model.cachedTokens.cached_tokens", "cached_tokens", "cachedTokens"),
            ('usage.by_model["gpt-4.1"].cached_tokens', "cached_tokens", "CachedTokens"),
        ],
    ),
    "names in a list": (
        {"all_leaves": [{"cachedTokens": 1}, 3, {"cached_tokens": 2}]},
        {"all_leaves": [{"cached_tokens": 1}, 3, {"cached_tokens": 2}]},
        [("usage.all_leaves[].cached_tokens", "cached_tokens", "cachedTokens")],
    ),
    "no list and no map": ({"by_model": [1], "all_leaves": {"a": 1}}, {"by_model": [1], "all_leaves": {"a": 1}}, []),
    "a name beside that of the wire": ({"cost": 1, "Cost": 2}, {"cost": 1, "Cost": 2}, []),
    "two names for one": (
        {"inputTokens": 1, "InputTokens": 2},
        {"input_tokens": 1, "InputTokens": 2},
        [("usage.input_tokens", "input_tokens", "inputTokens")],
    ),
}


@pytest.mark.parametrize("usage, respelt, pairs", PUT_BACK.values(), ids=PUT_BACK)
def test_names_are_put_back_and_nothing_else_is_changed(usage, respelt, pairs):
    result = respell(SHAPE, usage)
    assert (result.usage, [*result.pairs]) == (respelt, pairs)


THROUGHOUT = [
    {"inputTokens": 1},
    {"inputTokens": 1, "cost": 1, "leaf": {"plain": 1}},
    {"inputTokens": 1, "leaf": {"cachedTokens": 1}},
    # Where a digit begins a word, two ways to write underscores are one spelling.
    {"cache_1_h_tokens": 1, "input_tokens": 1},
    {"input_tokens": 1},
]
MIXED = [
    {"inputTokens": 1, "b64_json": ""},
    {"inputTokens": 1, "leaf": {"cached_tokens": 1}},
    {"cache_1_h_tokens": 1, "inputTokens": 1},
]


def test_a_usage_that_has_both_spellings_is_mixed():
    assert [usage for usage in THROUGHOUT if respell(SHAPE, usage).mixed is not False] == []
    assert [usage for usage in MIXED if respell(SHAPE, usage).mixed is not True] == []


class CamelLeaf(Usage):
    tokenCount: Count  # noqa: N815 - as on the wire


class CamelTree(Usage):
    inputTokens: Count  # noqa: N815 - as on the wire
    cost: float
    allLeaves: list[CamelLeaf]  # noqa: N815 - as on the wire


@pytest.mark.parametrize(
    "usage, respelt, mixed",
    [
        ({"input_tokens": 1}, {"inputTokens": 1}, False),
        (
            {"input_tokens": 1, "cost": 1, "all_leaves": [{"token_count": 1}]},
            {"inputTokens": 1, "cost": 1, "allLeaves": [{"tokenCount": 1}]},
            False,
        ),
        ({"inputTokens": 1, "all_leaves": []}, {"inputTokens": 1, "allLeaves": []}, True),
        (
            {"inputTokens": 1, "allLeaves": [{"token_count": 1}]},
            {"inputTokens": 1, "allLeaves": [{"tokenCount": 1}]},
            True,
        ),
        (
            {"inputTokens": 1, "allLeaves": [{"tokenCount": 1}]},
            {"inputTokens": 1, "allLeaves": [{"tokenCount": 1}]},
            False,
        ),
    ],
)
def test_a_wire_may_have_the_names_without_underscores(usage, respelt, mixed):
    result = respell(tree_of(CamelTree), usage)
    assert (result.usage, result.mixed) == (respelt, mixed)


def test_an_sdk_shows_the_other_spelling():
    names = {
        "input_tokens": "inputTokens",
        "cost": "cost",
        "promptTokenCount": "prompt_token_count",
        "b64_json": "b64Json",
    }
    assert {name: sdk_name(name) for name in names} == names


# A contract may know only what an SDK calls its names: then the wire may have either spelling, and which is noted.

NOTED = [
    ({"total": 1, "input_tokens": 1}, "input_tokens"),
    ({"inputTokens": 1}, "inputTokens"),
    ({"total": 1, "leaf": {"x": 1, "cachedTokens": 1}}, "cachedTokens"),
    ({"total": 1, "leaf": {"x": 1}, "Total": 1}, "Total"),
    ({"\x1bA": 1}, r"\x1bA"),
    ({"total": 1, "_total": {"x": 1}}, ""),
    ({}, ""),
]

EITHER = replace(TOY, either_spelling=True)


def test_a_usage_shows_its_spelling():
    notes = [describe_spelling(usage) for usage, _ in NOTED]
    assert notes == [f'the names are spelled as in "{name}"' if name else "" for _, name in NOTED]


@pytest.mark.parametrize("usage", [KEPT, camel(KEPT)], ids=["wire", "SDK"])
def test_a_contract_of_either_spelling_takes_both_and_says_which_it_saw(usage):
    verdict = checker(EITHER).check(usage)
    assert (codes(verdict), verdict.wire, verdict.note) == ([], KEPT, describe_spelling(usage))
    assert checker(EITHER).check(usage, note="a note").note == "a note"


def test_a_contract_of_either_spelling_wants_one_of_them_throughout():
    usage = {**KEPT, "output_details": {"reasoningTokens": 32}}
    assert codes(checker(EITHER).check(usage)) == [("sdk-spelling", "usage.output_details.reasoning_tokens")]
