"""Whole answers and streams without their usage: what mocks put an example into.

Each has every field that the SDKs of its provider demand, old and current, so that an SDK parses it as the real one.
Ids, times and texts are made up.
"""

from typing import Any, Final

ATOMA_COMPLETION: Final[dict[str, Any]] = {
    "id": "cmpl-7c2b9f0e41d84e6c9d1a",
    "object": "text_completion",
    "created": 1748520000,
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "system_fingerprint": "fp_atoma_0001",
    "choices": [{"text": " Hello!", "index": 0, "logprobs": None, "finish_reason": "stop"}],
}

ATOMA_CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {
        **ATOMA_COMPLETION,
        "choices": [{"text": " Hel", "index": 0, "logprobs": None, "finish_reason": ""}],
    },
    {
        **ATOMA_COMPLETION,
        "choices": [{"text": "lo!", "index": 0, "logprobs": None, "finish_reason": "stop"}],
    },
    {**ATOMA_COMPLETION, "choices": []},
)

# completed_at, presence_penalty and frequency_penalty came in 2026; the SDKs of 2025 skip them.
OPENROUTER_RESPONSE: Final[dict[str, Any]] = {
    "id": "gen-1790000000-abcdEFGH",
    "object": "response",
    "created_at": 1790000000,
    "completed_at": 1790000003,
    "model": "openai/gpt-5-mini",
    "status": "completed",
    "output": [
        {
            "type": "message",
            "id": "msg_01",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hello!", "annotations": []}],
        }
    ],
    "error": None,
    "incomplete_details": None,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "instructions": None,
    "metadata": None,
    "tools": [],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
}

OPENROUTER_EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "type": "response.created",
        "sequence_number": 0,
        "response": {**OPENROUTER_RESPONSE, "status": "in_progress", "completed_at": None, "output": []},
    },
    {
        "type": "response.output_text.delta",
        "sequence_number": 1,
        "item_id": "msg_01",
        "output_index": 0,
        "content_index": 0,
        "delta": "Hello!",
        "logprobs": [],
    },
    {"type": "response.completed", "sequence_number": 2, "response": OPENROUTER_RESPONSE},
)

ORQ_DEPLOYMENT: Final[dict[str, Any]] = {
    "id": "01JGN6Q3T8S2V9Y4Z7K5M1B0CD",
    "created": "2026-01-05T09:30:00.000Z",
    "object": "chat",
    "model": "gpt-5-mini-2025-08-07",
    "provider": "openai",
    "is_final": True,
    "integration_id": "11111111-2222-4333-8444-555555555555",
    "telemetry": {"trace_id": "01JGN6Q3T8ABCDEF0123456789", "span_id": "01JGN6Q3T8FEDCBA9876543210"},
    "finalized": "2026-01-05T09:30:01.250Z",
    "system_fingerprint": None,
    "choices": [
        {
            "index": 0,
            "message": {"type": "content", "role": "assistant", "content": "Hello!"},
            "finish_reason": "stop",
        }
    ],
}

ORQ_CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {
        **{name: value for name, value in ORQ_DEPLOYMENT.items() if name != "finalized"},
        "is_final": False,
        "choices": [
            {
                "index": 0,
                "message": {"type": "content", "role": "assistant", "content": "Hel"},
                "finish_reason": None,
            }
        ],
    },
    {
        **ORQ_DEPLOYMENT,
        "choices": [
            {
                "index": 0,
                "message": {"type": "content", "role": "assistant", "content": "lo!"},
                "finish_reason": "stop",
            }
        ],
    },
)

# `created` is required since the call came back in 2026.
ORQ_IMAGES: Final[dict[str, Any]] = {"created": 1756200000, "data": [{"b64_json": "iVBORw0KGgo="}]}
