"""What the names in a row mean: `WORDS` are those that are known, other names are told by a mapping."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pytest_usage_contract.core.escape import as_text
from pytest_usage_contract.core.said import TOKENS

Words = Mapping[str, str]
"""The meaning of the names in a row: a name of `Tokens`, or one less others, `input - cache_read`."""

OTEL: Final[Words] = MappingProxyType(
    {
        "gen_ai.usage.input_tokens": "input",
        "gen_ai.usage.cache_read.input_tokens": "cache_read",
        "gen_ai.usage.cache_write.input_tokens": "cache_creation",
        "gen_ai.usage.output_tokens": "output",
        "gen_ai.usage.reasoning.output_tokens": "reasoning",
    }
)
"""Source: registry `gen_ai.usage.*` of open-telemetry/semantic-conventions-genai, commit b944970, read 2026-11-28.

Its changelog.d/440.breaking.md renames `cache_creation` to `cache_write`; opentelemetry-util-genai 1.3b0 books it so.
"""

OTEL_OLDER: Final[Words] = MappingProxyType(
    {
        "gen_ai.usage.prompt_tokens": "input",
        "gen_ai.usage.completion_tokens": "output",
        "gen_ai.usage.cache_creation.input_tokens": "cache_creation",
    }
)
"""Names that the conventions had before. Source: opentelemetry-semantic-conventions 0.66b2, `gen_ai_attributes`."""

INSTRUMENTATIONS: Final[Words] = MappingProxyType(
    {
        "gen_ai.usage.cache_read_input_tokens": "cache_read",
        "gen_ai.usage.cache_creation_input_tokens": "cache_creation",
        "gen_ai.usage.cache_write_input_tokens": "cache_creation",
        "gen_ai.usage.reasoning_tokens": "reasoning",
        "gen_ai.usage.total_tokens": "total",
        "llm.usage.reasoning_tokens": "reasoning",
        "llm.usage.total_tokens": "total",
    }
)
"""Names of instrumentations that no convention has or had.

Source: `SpanAttributes` of opentelemetry-semantic-conventions-ai (traceloop/openllmetry, commit 93429cf), whose older
versions have `llm.usage`; `telemetry/tracer.py` of strands-agents/sdk-python, which has `cache_write_input_tokens`.
Read 2026-11-28.
"""

OPENINFERENCE: Final[Words] = MappingProxyType(
    {
        "llm.token_count.prompt": "input",
        "llm.token_count.prompt_details.cache_read": "cache_read",
        "llm.token_count.prompt_details.cache_write": "cache_creation",
        "llm.token_count.completion": "output",
        "llm.token_count.completion_details.reasoning": "reasoning",
        "llm.token_count.total": "total",
    }
)
"""Source: semantic conventions of OpenInference, attributes of spans of the kind LLM."""

EXCLUSIVE: Final[Words] = MappingProxyType(
    {
        "input": "input - cache_read - cache_creation",
        "cache_read": "cache_read",
        "cache_creation": "cache_creation",
        "output": "output - reasoning",
        "reasoning": "reasoning",
        "total": "total",
    }
)
"""Buckets that add up."""

WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {"otel": MappingProxyType({**OTEL, **OTEL_OLDER, **INSTRUMENTATIONS, **OPENINFERENCE}), "exclusive": EXCLUSIVE}
)
"""The words that have a name; those of spans are `otel`."""


def read_words(words: "str | Words") -> dict[str, tuple[str, ...]]:
    """Return the terms of each name; raise as `read_booked` does."""
    if isinstance(words, str):
        if words not in WORDS:
            raise LookupError(f"words={words!r}; there are {', '.join(WORDS)}, and a mapping of your names to ours")
        words = WORDS[words]
    if not isinstance(words, Mapping):
        raise TypeError(
            f"words={words!r} is no mapping; one reads {{'prompt': 'input', 'fresh': 'input - cache_read'}}"
        )
    terms = {
        as_text(name): tuple(part.strip() for part in as_text(meaning).split(" - ")) for name, meaning in words.items()
    }
    for name, parts in terms.items():
        if unknown := [part for part in parts if part not in TOKENS]:
            raise LookupError(f"words: {name!r} means {unknown[0]!r}; there are {', '.join(TOKENS)}")
    if not terms:
        raise LookupError("words is empty, so that nothing would be held against the response")
    return terms
