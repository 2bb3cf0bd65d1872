"""What the provider answers in these tests."""

import pytest


@pytest.fixture
def body():
    return {
        "id": "gen-1790000000-ahoy",
        "object": "response",
        "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Ahoy!"}]}],
        "usage": {
            "input_tokens": 120,
            "input_tokens_details": {"cached_tokens": 64},
            "output_tokens": 45,
            "output_tokens_details": {"reasoning_tokens": 32},
            "total_tokens": 165,
        },
    }
