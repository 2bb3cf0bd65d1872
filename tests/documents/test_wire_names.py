"""Names in documents put back on the wire."""

import pytest

from pytest_usage_contract.documents.type_cells import parse_wire_names, to_snake_case

NAMES = [
    ("inputTokens", "input_tokens"),
    ("InputTokens", "input_tokens"),
    ("ephemeral1hInputTokens", "ephemeral_1h_input_tokens"),
    ("cacheCreation1hTokens", "cache_creation_1h_tokens"),
    ("cacheCreation5mTokens", "cache_creation_5m_tokens"),
    ("b64Json", "b64_json"),
    ("B64JSON", "b64_json"),
    ("IsBYOK", "is_byok"),
    ("isByok", "is_byok"),
    ("ID", "id"),
    ("IDs", "ids"),
    ("HTTPStatus", "http_status"),
    ("sha256Sum", "sha256_sum"),
    ("total", "total"),
    ("input_tokens", "input_tokens"),
    ("_meta", "_meta"),
    ("gpt-4.1", "gpt-4.1"),
]

SURE = [
    (None, "total", False, "total", True),
    (None, "totalTokens", False, "total_tokens", False),
    (None, "Total", False, "total", False),
    (None, "totalTokens", True, "totalTokens", True),
    (None, "async_", True, "async", True),
    (None, "end_", True, "end", True),
    (None, "_", True, "_", True),
    ("", "totalTokens", False, "total_tokens", False),
    ("snake_case", "totalTokens", False, "total_tokens", True),
    ("snake_case", "totalTokens", True, "total_tokens", True),
    ("snake_case", "b64Json", False, "b64_json", False),
    ("as_shown", "b64Json", False, "b64Json", True),
    ({"b64Json": "b64_json"}, "b64Json", False, "b64_json", True),
    ({"b64Json": "b64_json"}, "totalTokens", False, "total_tokens", False),
    ({"b64Json": "b64_json", "*": "as_shown"}, "totalTokens", False, "totalTokens", True),
]


@pytest.mark.parametrize("shown,wire", NAMES)
def test_a_name_is_put_into_snake_case(shown, wire):
    assert to_snake_case(shown) == wire


@pytest.mark.parametrize("said,shown,is_wire,name,sure", SURE)
def test_a_name_is_sure_only_where_no_other_is_possible(said, shown, is_wire, name, sure):
    assert parse_wire_names(said).of(shown, exact=is_wire) == (name, sure)
