"""The names of an SDK told from the names on the wire, at every depth."""

import pytest
from pydantic import BaseModel

from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.shape import shape_of
from pytest_usage_contract.core.spelling import respelling, spelled, squashed
from pytest_usage_contract.core.usage import Count, Usage


class Leaf(BaseModel):
    cached_tokens: int = 0
    plain: int = 0


class Tree(Usage):
    input_tokens: Count
    b64_json: str = ""
    cost: float = 0
    leaf: Leaf = Leaf()
    by_model: dict[str, Leaf] = {}  # noqa: RUF012 - pydantic copies it
    all_leaves: list[Leaf] = []  # noqa: RUF012 - likewise
    cache_1h_tokens: int = 0


SHAPE = shape_of(Tree)


@pytest.mark.parametrize("name", ["b64_json", "b64Json", "B64JSON", "B64Json", "b64json", "_b64_json"])
def test_all_spellings_of_a_name_sound_alike(name):
    assert squashed(name) == "b64json"


@pytest.mark.parametrize(
    "usage, respelt, pairs",
    [
        ({"inputTokens": 1}, {"input_tokens": 1}, [("usage.input_tokens", "input_tokens", "inputTokens")]),
        ({"InputTokens": 1}, {"input_tokens": 1}, [("usage.input_tokens", "input_tokens", "InputTokens")]),
        (
            {"leaf": {"cachedTokens": 1}, "new": 1},
            {"leaf": {"cached_tokens": 1}, "new": 1},
            [("usage.leaf.cached_tokens", "cached_tokens", "cachedTokens")],
        ),
        # The keys of a map are nobody's names, even where they sound like one.
        (
            {"byModel": {"cachedTokens": {"cachedTokens": 1}, "gpt-4.1": {"CachedTokens": 2}, "x": 3}},
            {"by_model": {"cachedTokens": {"cached_tokens": 1}, "gpt-4.1": {"cached_tokens": 2}, "x": 3}},
            [
                ("usage.by_model", "by_model", "byModel"),
                ("usage.by_model.cachedTokens.cached_tokens", "cached_tokens", "cachedTokens"),
                ('usage.by_model["gpt-4.1"].cached_tokens', "cached_tokens", "CachedTokens"),
            ],
        ),
        (
            {"all_leaves": [{"cachedTokens": 1}, 3, {"cached_tokens": 2}]},
            {"all_leaves": [{"cached_tokens": 1}, 3, {"cached_tokens": 2}]},
            [("usage.all_leaves[].cached_tokens", "cached_tokens", "cachedTokens")],
        ),
        ({"by_model": [1], "all_leaves": {"a": 1}}, {"by_model": [1], "all_leaves": {"a": 1}}, []),
        ({"input_tokens": 1, "inputTokens": 2}, {"input_tokens": 1, "inputTokens": 2}, []),
        (
            {"inputTokens": 1, "InputTokens": 2},
            {"input_tokens": 1, "InputTokens": 2},
            [("usage.input_tokens", "input_tokens", "inputTokens")],
        ),
    ],
)
def test_names_are_put_back_and_nothing_else_is_changed(usage, respelt, pairs):
    result = respelling(SHAPE, usage)
    assert result.usage == respelt
    assert [*result.pairs] == pairs


@pytest.mark.parametrize(
    "usage, mixed",
    [
        ({"inputTokens": 1}, False),
        ({"inputTokens": 1, "cost": 1, "leaf": {"plain": 1}}, False),
        ({"inputTokens": 1, "b64_json": ""}, True),
        ({"inputTokens": 1, "leaf": {"cached_tokens": 1}}, True),
        ({"inputTokens": 1, "leaf": {"cachedTokens": 1}}, False),
        # Where a digit begins a word, two ways to write underscores are one spelling.
        ({"cache_1_h_tokens": 1, "input_tokens": 1}, False),
        ({"cache_1_h_tokens": 1, "inputTokens": 1}, True),
        ({"input_tokens": 1}, False),
    ],
)
def test_a_usage_that_has_both_spellings_is_mixed(usage, mixed):
    assert respelling(SHAPE, usage).mixed is mixed


@pytest.mark.parametrize(
    "usage, note",
    [
        ({"total": 1, "input_tokens": 1}, 'the names are spelled as in "input_tokens"'),
        ({"inputTokens": 1}, 'the names are spelled as in "inputTokens"'),
        ({"total": 1, "leaf": {"x": 1, "cachedTokens": 1}}, 'the names are spelled as in "cachedTokens"'),
        ({"\x1bA": 1}, r'the names are spelled as in "\x1bA"'),
        ({"total": 1, "_total": {"x": 1}}, ""),
        ({}, ""),
    ],
)
def test_a_usage_shows_its_spelling(usage, note):
    assert spelled(usage) == note


EITHER = Contract(name="own/call", source=Source(document="Own", package="own"), usage=Tree, either_spelling=True)


@pytest.mark.parametrize("name", ["input_tokens", "inputTokens"])
def test_a_contract_of_either_spelling_takes_both_and_says_which_it_saw(name):
    verdict = judge(EITHER, {name: 1})
    assert verdict.findings == ()
    assert verdict.note == f'the names are spelled as in "{name}"'
    assert judge(EITHER, {name: 1}, note="a note").note == "a note"


def test_a_contract_of_either_spelling_wants_one_of_them_throughout():
    found = judge(EITHER, {"inputTokens": 1, "b64_json": ""}).findings
    assert [(finding.code, finding.path) for finding in found] == [("sdk-spelling", "usage.input_tokens")]
