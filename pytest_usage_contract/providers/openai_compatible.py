"""Servers that answer chats as OpenAI does, and have no host of their own: Ollama, llama.cpp, LM Studio, LiteLLM.

A line of `usage_contract_urls` says where one is served. What they are known to do otherwise is allowed here, each with
its source; all else is what OpenAI promises of the three counts.

* Ollama: the three counts and no more, of which the total is the sum; in a stream nothing but for those who ask, and
  then in a last chunk without choices (ollama/ollama@00988753, openai/openai.go). So in 4 of 4 recorded bodies.
* llama.cpp: the same (ggml-org/llama.cpp@00efb3e1, tools/server/server-task.cpp). Builds of autumn 2025 sent the last
  chunk unasked (ggml-org/llama.cpp#16048); since #19361 of February 2026 there are `prompt_tokens_details`.
* LM Studio: the three counts and no more (lmstudio-ai/lmstudio-bug-tracker#2419). Its documentation does not list them.
* LiteLLM: `Usage` and its details, in which what is not told is null (litellm 1.110.2, litellm/types/utils.py). Where a
  provider counts beside the headlines, it adds that to them, and so keeps OpenAI's sums: caches (BerriAI/litellm#9221),
  reasoning (`fold_reasoning_tokens_into_completion`).
"""

from datetime import date

from pytest_usage_contract.core.contract import Contract, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Amount, MayBeAbsent, SomeObject, Usage
from pytest_usage_contract.providers.openai import (
    CHAT,
    CHAT_CHUNKS,
    COMPLETION_ACCOUNTING,
    COMPLETION_DIALECT,
    answers_of,
)


class CacheCreationTokenDetails(Usage):
    ephemeral_5m_input_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that are kept for five minutes."""
    ephemeral_30m_input_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that are kept for thirty minutes."""
    ephemeral_1h_input_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that are kept for an hour."""
    ephemeral_12h_input_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that are kept for twelve hours."""


class PromptTokensDetails(Usage):
    cached_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    # All others are LiteLLM's; those that cannot be null it leaves out. It has more, for embeddings and for maps.
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the audio in the prompt."""
    image_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the images in the prompt."""
    text_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the text in the prompt."""
    video_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the videos in the prompt."""
    initial_prompt_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the first prompt, where the model was called more than once."""
    tool_use_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the prompt that tools on the server brought."""
    cache_write_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the prompt that were written to a cache."""
    cache_creation_tokens: MayBeAbsent[int] = ABSENT
    """The same, under the name that other providers give it."""
    cache_creation_token_details: MayBeAbsent[CacheCreationTokenDetails] = ABSENT
    """For how long the tokens that were written to a cache are kept."""
    cached_tokens_details: MayBeAbsent[SomeObject] = ABSENT
    """What the cached tokens consist of."""
    cache_type: MayBeAbsent[str] = ABSENT
    """The kind of cache that the provider used."""
    web_search_requests: MayBeAbsent[int] = ABSENT
    """Searches of the web by a tool."""


class CompletionTokensDetails(Usage):
    # All are LiteLLM's.
    accepted_prediction_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of a predicted output that appear in the completion."""
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the audio in the completion."""
    image_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the images in the completion."""
    reasoning_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the completion that the model spent on reasoning."""
    rejected_prediction_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of a predicted output that do not appear in the completion, yet are counted in it."""
    text_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the text in the completion."""
    video_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the videos in the completion."""


class ServerToolUse(Usage):
    web_search_requests: MayBeAbsent[int | None] = ABSENT
    """Searches of the web."""
    tool_search_requests: MayBeAbsent[int | None] = ABSENT
    """Searches for a tool."""
    browser_open_requests: MayBeAbsent[int | None] = ABSENT
    """Pages that were opened."""


class CompatibleUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_tokens_details: MayBeAbsent[CompletionTokensDetails | None] = ABSENT
    """What the completion tokens consist of."""
    prompt_tokens_details: MayBeAbsent[PromptTokensDetails | None] = ABSENT
    """What the prompt tokens consist of."""
    # All others are LiteLLM's; the two of caches are what it leaves of a provider's own usage.
    cache_creation_input_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that were written to a cache."""
    cache_read_input_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    cost: MayBeAbsent[Amount] = ABSENT
    """What the provider charged."""
    server_tool_use: MayBeAbsent[ServerToolUse] = ABSENT
    """Calls of tools on the server."""


# Whole answers without their usage, for mocks.
COMPLETION, *CHUNKS = answers_of("qwen3:8b", CHAT, *CHAT_CHUNKS)

CHAT_COMPLETIONS = Contract(
    name="openai_compatible/chat_completions",
    source=Source(document="litellm.types.utils.Usage", package="litellm", version="1.110.2", read=date(2026, 11, 28)),
    usage=CompatibleUsage,
    endpoints=(
        Endpoint(
            path="/v1/chat/completions",
            hosts=(),
            presence="unknown",
            # As at OpenAI, except that a chunk without a usage need not say so by null, and that one may come unasked.
            stream=Framing(
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                presence="unknown",
                asked={"stream_options.include_usage": (True,)},
                events=tuple(CHUNKS),
            ),
            body=COMPLETION,
        ),
    ),
    accounting=COMPLETION_ACCOUNTING,
    dialect=COMPLETION_DIALECT,
    default=True,
)

CONTRACTS = (CHAT_COMPLETIONS,)
