"""DashScope: what Alibaba Cloud documents about the usage of chats with Qwen, in OpenAI's form and in its own.

Its page on context caches has null for some details in its examples; of null in others nothing is said.
"""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, CHAT_STREAM, answers_of

# Beijing, Singapore, Virginia and Hong Kong, and a workspace's own: {WorkspaceId}.{region}.maas.aliyuncs.com.
HOSTS: Final = (
    "dashscope.aliyuncs.com",
    "dashscope-intl.aliyuncs.com",
    "dashscope-us.aliyuncs.com",
    "cn-hongkong.dashscope.aliyuncs.com",
    "*.*.maas.aliyuncs.com",
)

READ: Final = date(2026, 11, 28)


class CacheCreation(Usage):
    ephemeral_5m_input_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the input that were written to a cache for five minutes."""
    ephemeral_1h_input_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the input that were written to a cache for an hour."""


class CacheDetails(Usage):
    cached_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the input that were read from a cache."""
    cache_creation_input_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the input that were written to a cache, where the request has marked what to cache."""
    cache_creation: MayBeAbsent[PerhapsNull[CacheCreation]] = ABSENT
    """What was written to a cache, by how long it is kept there."""
    cache_type: MayBeAbsent[PerhapsNull[str]] = ABSENT
    """The kind of cache, where the request has asked for one: ephemeral."""


class PromptTokensDetails(CacheDetails):
    text_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the text in the prompt."""
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the audio in the prompt."""


class CompletionTokensDetails(Usage):
    reasoning_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the completion that the model spent on reasoning."""
    text_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the text in the completion, reasoning included."""


class CompletionUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt, with those that a cache is about."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_tokens_details: MayBeAbsent[CompletionTokensDetails | None] = ABSENT
    """What the completion tokens consist of."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[PromptTokensDetails]] = ABSENT
    """What the prompt tokens consist of."""


class OutputTokensDetails(Usage):
    reasoning_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the output that the model spent on reasoning."""


class Search(Usage):
    count: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Searches that were made."""
    strategy: MayBeAbsent[PerhapsNull[str]] = ABSENT
    """The way in which it was searched."""


class Plugins(Usage):
    search: MayBeAbsent[PerhapsNull[Search]] = ABSENT
    """What the search of the web did."""


class GenerationUsage(Usage):
    input_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the input, with those that a cache is about."""
    output_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens in the output."""
    total_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of input and output together."""
    output_tokens_details: MayBeAbsent[PerhapsNull[OutputTokensDetails]] = ABSENT
    """What the output tokens consist of."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[CacheDetails]] = ABSENT
    """What the input tokens consist of."""
    plugins: MayBeAbsent[PerhapsNull[Plugins]] = ABSENT
    """What the plugins did."""


# Whole answers without their usage, for mocks. Ids, times and texts are made up.


def _generation(text: str, finish_reason: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"request_id": "4f0c", "output": {"choices": [{"finish_reason": finish_reason, "message": message}]}}


COMPLETION, *CHUNKS = answers_of("qwen-plus", CHAT, *CHAT_CHUNKS)

# "Each data block includes real-time token usage information" (page on streams). What it goes on with has "null", a
# text, as its reason to end. Where `n` asks for several choices a block is about one of them
# (dashscope 2.0.2, utils/message_utils.py), so that what the counts of the whole are is not told by any.
ENDS: Final = ("stop", "length", "tool_calls")
GENERATION_BLOCKS: Final = Framing(
    carriers={},
    terminal=({"output.choices[].finish_reason": ENDS}, {"output.finish_reason": ENDS}),
    may_follow=True,
    cumulative=True,
    presence="unknown",
    events=(_generation("Hel", "null"), _generation("lo!", "stop")),
    done=False,
)

CHAT_COMPLETIONS = Contract(
    name="dashscope/chat_completions",
    source=Source(document="Context cache", package="alibabacloud.com", read=READ),
    usage=CompletionUsage,
    endpoints=(
        # The usage is in a chunk of its own, null in all others, for those who ask (recorded streams of vercel/ai).
        Endpoint(
            path="/compatible-mode/v1/chat/completions",
            hosts=HOSTS,
            presence="unknown",
            stream=replace(CHAT_STREAM, events=tuple(CHUNKS)),
            body=COMPLETION,
        ),
    ),
    # The page calls the cached tokens "part of usage.prompt_tokens", and takes both caches off the prompt to tell what
    # "did not hit and was not cached". The sum, and the reasoning in the completion, are so in 4 of 4 recorded bodies
    # (vercel/ai, packages/alibaba).
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cache_creation_input_tokens", whole="prompt_tokens"),
        Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        cache_creation="prompt_tokens_details.cache_creation_input_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
    example={
        "prompt_tokens": 3019,
        "completion_tokens": 104,
        "total_tokens": 3123,
        "prompt_tokens_details": {"cached_tokens": 2048},
    },
    default=True,
)

GENERATION = Contract(
    name="dashscope/generation",
    source=Source(document="GenerationUsage", package="dashscope-sdk-java", version="2.22.29", read=READ),
    usage=GenerationUsage,
    endpoints=(
        # Models that see or hear answer below /multimodal-generation, with a usage of their own.
        Endpoint(
            path="/api/v1/services/aigc/text-generation/generation",
            hosts=HOSTS,
            presence="unknown",
            stream=GENERATION_BLOCKS,
            body=_generation("Hello!", "stop"),
        ),
    ),
    # The page on context caches calls the cached tokens "part of usage.input_tokens". All else is so in its examples:
    # 1305 read and 213 written of 1524, 1187 of reasoning in 1534, and 3058 in all.
    accounting=(
        Total("total_tokens", of=("input_tokens", "output_tokens")),
        Part("prompt_tokens_details.cached_tokens", whole="input_tokens"),
        Part("prompt_tokens_details.cache_creation_input_tokens", whole="input_tokens"),
        Part("output_tokens_details.reasoning_tokens", whole="output_tokens"),
    ),
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        cache_creation="prompt_tokens_details.cache_creation_input_tokens",
        reasoning="output_tokens_details.reasoning_tokens",
    ),
    # That of the page on context caches.
    example={
        "input_tokens": 3019,
        "output_tokens": 101,
        "prompt_tokens_details": {"cached_tokens": 2048},
        "total_tokens": 3120,
    },
)

CONTRACTS = (CHAT_COMPLETIONS, GENERATION)
