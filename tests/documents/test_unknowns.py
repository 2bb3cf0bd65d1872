"""What a document cannot say is judged leniently, and said to be unknown."""

import pytest
from toy import codes

from pytest_usage_contract.core.checker import checker

TYPESCRIPT = """# Usage

## Fields

| Field | Type | Required | Description |
| --- | --- | --- | --- |
| `totalTokens` | *number* | :heavy_check_mark: | N/A |
| `cacheCreation1hTokens` | *number* | :heavy_minus_sign: | N/A |
| `costDetails` | [components.CostDetails](gone.md) | :heavy_minus_sign: | N/A |
| `cost` | *number* | :heavy_minus_sign: | N/A |
"""

KEPT = [
    ({"total_tokens": 1}, "total_tokens"),
    ({"total_tokens": None}, "total_tokens"),
    ({"totalTokens": 1, "cacheCreation1hTokens": 2}, "totalTokens"),
    ({"total_tokens": 1, "cache_creation_1h_tokens": 2}, "total_tokens"),
    ({"total_tokens": 1, "cache_creation1h_tokens": 2}, "total_tokens"),
    ({"total_tokens": 1, "cost_details": {"anything": [{}]}}, "total_tokens"),
    ({"total_tokens": 1, "cost_details": "none"}, "total_tokens"),
    ({"total_tokens": 1, "cost": 0.0012}, "total_tokens"),
]
BROKEN = [
    ({"total_tokens": "1"}, [("wrong-type", "usage.total_tokens")]),
    ({}, [("missing-field", "usage.total_tokens")]),
    ({"total_tokens": 1, "cacheCreation1hTokens": 2}, [("sdk-spelling", "usage.cache_creation_1h_tokens")]),
    (
        {"totalTokens": 1, "cache_creation1h_tokens": 2},
        [("sdk-spelling", "usage.total_tokens"), ("sdk-spelling", "usage.cache_creation_1h_tokens")],
    ),
    ({"total_tokens": 1.5}, [("fractional-count", "usage.total_tokens")]),
    ({"total_tokens": 1, "other_tokens": 2}, [("undocumented-field", "usage.other_tokens")]),
]


@pytest.mark.parametrize("usage,spelled", KEPT)
def test_what_the_document_cannot_say_is_no_finding(usage, spelled, read_pages):
    verdict = checker(read_pages(TYPESCRIPT).contract).check(usage)
    assert verdict.findings == ()
    assert f'"{spelled}"' in verdict.note


@pytest.mark.parametrize("usage,found", BROKEN)
def test_what_it_does_say_is_judged(usage, found, read_pages):
    assert codes(checker(read_pages(TYPESCRIPT).contract).check(usage)) == found


def test_once_somebody_says_how_the_wire_spells_the_other_spelling_is_a_finding(read_pages):
    table = {"*": "snake_case", "cacheCreation1hTokens": "cache_creation_1h_tokens"}
    contract = read_pages(TYPESCRIPT, wire_names=table).contract
    assert not contract.either_spelling
    assert codes(checker(contract).check({"totalTokens": 1})) == [("sdk-spelling", "usage.total_tokens")]
    as_shown = read_pages(TYPESCRIPT, wire_names="as_shown").contract
    assert checker(as_shown).check({"totalTokens": 1}).findings == ()


def test_a_name_with_digits_stays_in_doubt_until_it_is_told_itself(read_pages):
    read = read_pages(TYPESCRIPT, wire_names="snake_case")
    assert read.contract.either_spelling
    assert [remark.message for remark in read.warnings[1:]] == [
        "the wire may spell «cacheCreation1hTokens» so, or «cache_creation_1h_tokens»: one spelling throughout is "
        "accepted; say which with wire names"
    ]


def test_a_value_of_unknown_type_is_anything_but_null_where_the_flavour_knows_null(read_pages):
    page = (
        TYPESCRIPT.replace("*number*", "*Optional[int]*")
        .replace("components.", "models.")
        .replace("costDetails", "cost_details")
    )
    page = page.replace("[models.CostDetails](gone.md)", "[Optional[models.CostDetails]](gone.md)")
    contract = read_pages(
        page.replace("totalTokens", "total_tokens").replace("cacheCreation1hTokens", "async_")
    ).contract
    assert [field.name for field in checker(contract).fields] == ["total_tokens", "async", "cost_details", "cost"]
    null = {"total_tokens": 1, "cost_details": None, "async": 3}
    assert codes(checker(contract).check(null)) == [("null-value", "usage.cost_details")]
    for value in ({}, [], "x", 1, 1.5, True):
        assert checker(contract).check({"total_tokens": 1, "cost_details": value}).findings == ()
