"""Contracts of other providers, as far as the corpus needs them: what they count inside a headline, and what beside it.

They are written as a user would write a contract, from the providers' own pages, and prove that the rules and
the framings can say them.
"""

# ruff: noqa: N815 - names are spelled as on the wire

from pytest_usage_contract.core.accounting import Beside, Part, Rule, Total, Whole
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, Usage

MaybeCount = MayBeAbsent[int]
MaybeNull = MayBeAbsent[int | None]


class PromptDetails(Usage):
    cached_tokens: MaybeCount = ABSENT
    cache_write_tokens: MaybeCount = ABSENT
    audio_tokens: MaybeCount = ABSENT
    text_tokens: MaybeCount = ABSENT
    image_tokens: MaybeCount = ABSENT


class CompletionDetails(Usage):
    reasoning_tokens: MaybeCount = ABSENT
    audio_tokens: MaybeCount = ABSENT
    text_tokens: MaybeCount = ABSENT
    image_tokens: MaybeCount = ABSENT
    accepted_prediction_tokens: MaybeCount = ABSENT
    rejected_prediction_tokens: MaybeCount = ABSENT


class FirstChatUsage(Usage):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatUsage(FirstChatUsage):
    prompt_tokens_details: MayBeAbsent[PromptDetails | None] = ABSENT
    completion_tokens_details: MayBeAbsent[CompletionDetails | None] = ABSENT


class SglangUsage(ChatUsage):
    reasoning_tokens: MaybeCount = ABSENT


class DeepSeekUsage(ChatUsage):
    prompt_cache_hit_tokens: MaybeCount = ABSENT
    prompt_cache_miss_tokens: MaybeCount = ABSENT


class SearchCost(Usage):
    input_tokens_cost: MayBeAbsent[float] = ABSENT
    output_tokens_cost: MayBeAbsent[float] = ABSENT
    request_cost: MayBeAbsent[float] = ABSENT
    total_cost: MayBeAbsent[float] = ABSENT


class PerplexityUsage(ChatUsage):
    citation_tokens: MaybeCount = ABSENT
    reasoning_tokens: MaybeCount = ABSENT
    num_search_queries: MaybeCount = ABSENT
    search_context_size: MayBeAbsent[str] = ABSENT
    cost: MayBeAbsent[SearchCost] = ABSENT


class MistralUsage(ChatUsage):
    num_cached_tokens: MaybeNull = ABSENT
    prompt_token_details: MayBeAbsent[PromptDetails | None] = ABSENT
    prompt_audio_seconds: MaybeNull = ABSENT


class MistralAudioUsage(Usage):
    prompt_tokens: int
    audio_tokens: MaybeCount = ABSENT
    completion_tokens: int
    total_tokens: int


class ResponsesUsage(Usage):
    input_tokens: int
    output_tokens: int
    total_tokens: int


class AudioInputDetails(Usage):
    text_tokens: int
    audio_tokens: int


class TranscriptionUsage(Usage):
    type: str
    input_tokens: int
    input_token_details: MayBeAbsent[AudioInputDetails] = ABSENT
    output_tokens: int
    total_tokens: int


class OutputDetails(Usage):
    thinking_tokens: MaybeCount = ABSENT


class MessagesUsage(Usage):
    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: MaybeNull = ABSENT
    cache_read_input_tokens: MaybeNull = ABSENT
    output_tokens_details: MayBeAbsent[OutputDetails | None] = ABSENT


class GeminiModality(Usage):
    modality: str
    tokenCount: int


class GeminiUsage(Usage):
    promptTokenCount: int
    candidatesTokenCount: MaybeCount = ABSENT
    toolUsePromptTokenCount: MaybeCount = ABSENT
    thoughtsTokenCount: MaybeCount = ABSENT
    totalTokenCount: int
    promptTokensDetails: MayBeAbsent[list[GeminiModality]] = ABSENT


class ConverseUsage(Usage):
    inputTokens: int
    outputTokens: int
    totalTokens: int
    cacheReadInputTokens: MaybeCount = ABSENT
    cacheWriteInputTokens: MaybeCount = ABSENT


class CohereCounts(Usage):
    input_tokens: MayBeAbsent[int | None] = ABSENT
    output_tokens: MayBeAbsent[int | None] = ABSENT


class CohereUsage(Usage):
    billed_units: MayBeAbsent[CohereCounts | None] = ABSENT
    tokens: MayBeAbsent[CohereCounts | None] = ABSENT
    cached_tokens: MaybeNull = ABSENT


class EmbeddingUsage(Usage):
    prompt_tokens: int
    total_tokens: int


class DashScopePromptDetails(Usage):
    cached_tokens: MaybeCount = ABSENT
    cache_creation_input_tokens: MaybeCount = ABSENT


class DashScopeUsage(Usage):
    input_tokens: int
    output_tokens: int
    total_tokens: int
    prompt_tokens_details: MayBeAbsent[DashScopePromptDetails] = ABSENT


CHAT_TOTAL = Total("total_tokens", of=("prompt_tokens", "completion_tokens"))
PROMPT_PARTS = tuple(
    Part(f"prompt_tokens_details.{name}", whole="prompt_tokens") for name in PromptDetails.model_fields
)
COMPLETION_PARTS = tuple(
    Part(f"completion_tokens_details.{name}", whole="completion_tokens") for name in CompletionDetails.model_fields
)
CHAT_RULES: tuple[Rule, ...] = (CHAT_TOTAL, *PROMPT_PARTS, *COMPLETION_PARTS)

# https://platform.openai.com/docs/api-reference/chat-streaming: with include_usage, an additional chunk before
# [DONE] has the usage and no choices, and all other chunks have a usage that is null.
LAST_CHUNK = Framing(terminal={"choices": ([],)})
# vLLM's continuous_usage_stats: every chunk tells how much it has been so far.
EVERY_CHUNK = Framing(terminal={"choices": ([],)}, carriers={})


def contract(
    name: str,
    usage: type[Usage],
    *rules: Rule,
    at: str = "usage",
    required: bool = True,
    stream: Framing | None = None,
) -> Contract:
    place = Endpoint(path="/", hosts=(), at=at, presence="required" if required else "optional", stream=stream)
    source = Source(document=usage.__name__, package="the provider's API reference")
    return Contract(name=name, source=source, usage=usage, endpoints=(place,), accounting=rules)


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        contract("openai/chat", ChatUsage, *CHAT_RULES, stream=LAST_CHUNK),
        contract("vllm/chat", ChatUsage, *CHAT_RULES, stream=EVERY_CHUNK),
        contract("openai/chat_2024", FirstChatUsage, CHAT_TOTAL),
        contract(
            "sglang/chat",
            SglangUsage,
            *CHAT_RULES,
            Part("reasoning_tokens", whole="completion_tokens"),
            stream=LAST_CHUNK,
        ),
        contract(
            "deepseek/chat",
            DeepSeekUsage,
            *CHAT_RULES,
            Whole("prompt_tokens", parts=("prompt_cache_hit_tokens", "prompt_cache_miss_tokens")),
            stream=LAST_CHUNK,
        ),
        contract(
            "groq/chat",
            ChatUsage,
            *CHAT_RULES,
            stream=Framing(at=("usage", "x_groq.usage"), terminal={"choices[].finish_reason": (...,)}),
        ),
        contract(
            "perplexity/chat",
            PerplexityUsage,
            CHAT_TOTAL,
            Beside("reasoning_tokens", headline="completion_tokens"),
            Beside("citation_tokens", headline="prompt_tokens"),
        ),
        contract(
            "xai/chat",
            ChatUsage,
            Total(
                "total_tokens",
                of=("prompt_tokens", "completion_tokens", "completion_tokens_details.reasoning_tokens"),
            ),
            *PROMPT_PARTS,
            Beside("completion_tokens_details.reasoning_tokens", headline="completion_tokens"),
        ),
        contract(
            "xai/responses",
            ResponsesUsage,
            Total("total_tokens", of=("input_tokens", "output_tokens")),
            stream=Framing(at=("response.usage",), terminal={"type": ("response.completed",)}),
        ),
        contract(
            "mistral/chat",
            MistralUsage,
            *CHAT_RULES,
            Whole("num_cached_tokens", parts=("prompt_tokens_details.cached_tokens",)),
            Whole("num_cached_tokens", parts=("prompt_token_details.cached_tokens",)),
        ),
        contract(
            "mistral/transcriptions",
            MistralAudioUsage,
            Total("total_tokens", of=("prompt_tokens", "audio_tokens", "completion_tokens")),
            Beside("audio_tokens", headline="prompt_tokens"),
        ),
        contract(
            "openai/transcriptions",
            TranscriptionUsage,
            Total("total_tokens", of=("input_tokens", "output_tokens")),
            Whole("input_tokens", parts=("input_token_details.text_tokens", "input_token_details.audio_tokens")),
        ),
        contract("openai/embeddings", EmbeddingUsage, Total("total_tokens", of=("prompt_tokens",))),
        contract("openai/batch", ChatUsage, *CHAT_RULES, at="response.body.usage"),
        # https://docs.anthropic.com: the input is input_tokens and both cache counts together; message_start
        # begins with what is known then, and each message_delta tells how much it has been so far.
        contract(
            "anthropic/messages",
            MessagesUsage,
            Beside("cache_read_input_tokens", headline="input_tokens"),
            Beside("cache_creation_input_tokens", headline="input_tokens"),
            Part("output_tokens_details.thinking_tokens", whole="output_tokens"),
            stream=Framing(
                at=("message.usage", "usage"),
                carriers={"type": ("message_start", "message_delta")},
                terminal={"type": ("message_delta",), "delta.stop_reason": (...,)},
            ),
        ),
        contract(
            "google/generate_content",
            GeminiUsage,
            Total(
                "totalTokenCount",
                of=(
                    "promptTokenCount",
                    "candidatesTokenCount",
                    "toolUsePromptTokenCount",
                    "thoughtsTokenCount",
                ),
            ),
            Beside("thoughtsTokenCount", headline="candidatesTokenCount"),
            at="usageMetadata",
            stream=Framing(at=("usageMetadata",), carriers={}, terminal={"candidates[].finishReason": (...,)}),
        ),
        contract(
            "bedrock/converse",
            ConverseUsage,
            Total(
                "totalTokens",
                of=("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"),
            ),
            Beside("cacheReadInputTokens", headline="inputTokens"),
            Beside("cacheWriteInputTokens", headline="inputTokens"),
            stream=Framing(at=("metadata.usage",), terminal={"metadata": (...,)}),
        ),
        contract(
            "cohere/chat",
            CohereUsage,
            Part("billed_units.input_tokens", whole="tokens.input_tokens"),
            Part("billed_units.output_tokens", whole="tokens.output_tokens"),
        ),
        contract("cohere/rerank", CohereCounts, at="meta.tokens"),
        contract("dashscope/generation", DashScopeUsage, Total("total_tokens", of=("input_tokens", "output_tokens"))),
    )
}
