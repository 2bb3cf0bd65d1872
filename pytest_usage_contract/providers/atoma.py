"""Atoma: what `atoma-sdk` documents about the usage of legacy text completions, chats and embeddings."""

from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Part, Total
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage

HOSTS: Final = ("api.atoma.network",)


class CompletionTokensDetails(Usage):
    accepted_prediction_tokens: Count
    """Tokens of a predicted output that appear in the completion."""
    audio_tokens: Count
    """Audio tokens in the completion."""
    reasoning_tokens: Count
    """Tokens of the completion that the model spent on reasoning."""
    rejected_prediction_tokens: Count
    """Tokens of a predicted output that do not appear in the completion, yet are counted in it."""


class PromptTokensDetails(Usage):
    audio_tokens: Count
    """Audio tokens in the prompt."""
    cached_tokens: Count
    """Tokens of the prompt that were read from a cache."""


class CompletionsUsage(Usage):
    completion_tokens: Count
    """Tokens in the completion."""
    completion_tokens_details: CompletionTokensDetails
    """What the completion tokens consist of."""
    prompt_tokens: Count
    """Tokens in the prompt."""
    prompt_tokens_details: PromptTokensDetails
    """What the prompt tokens consist of."""
    total_tokens: Count
    """Tokens of prompt and completion together."""


class ChatPromptTokensDetails(Usage):
    cached_tokens: int
    """Tokens of the prompt that were read from a cache."""
    audio_tokens: MayBeAbsent[int] = ABSENT
    """Audio tokens in the prompt."""


class ChatUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    prompt_tokens_details: MayBeAbsent[ChatPromptTokensDetails | None] = ABSENT
    """What the prompt tokens consist of."""


class EmbeddingsUsage(Usage):
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """All tokens that were used."""


# Whole answers without their usage, for mocks: with every field that the SDKs of the provider demand, old and current.
# Ids, times and texts are made up.

COMPLETION: Final[dict[str, Any]] = {
    "id": "cmpl-7c2b9f0e41d84e6c9d1a",
    "object": "text_completion",
    "created": 1748520000,
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "system_fingerprint": "fp_atoma_0001",
    "choices": [{"text": " Hello!", "index": 0, "logprobs": None, "finish_reason": "stop"}],
}

CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {
        **COMPLETION,
        "choices": [{"text": " Hel", "index": 0, "logprobs": None, "finish_reason": ""}],
    },
    {
        **COMPLETION,
        "choices": [{"text": "lo!", "index": 0, "logprobs": None, "finish_reason": "stop"}],
    },
    {**COMPLETION, "choices": []},
)

COMPLETIONS = Contract(
    name="atoma/completions",
    default=True,
    source=Source(document="Usage", package="atoma-sdk", version="0.2.1", read=date(2026, 11, 21)),
    usage=CompletionsUsage,
    endpoints=(
        Endpoint(
            path="/v1/completions",
            hosts=HOSTS,
            presence="required",
            # The node asks for the usage itself: it comes in a last chunk without choices, and no [DONE] follows.
            stream=Framing(terminal={"choices": ([],)}, events=CHUNKS, done=False),
            body=COMPLETION,
        ),
    ),
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        # Each part, not their sum: the documented example has 10 accepted and 10 reasoning tokens in 10.
        Part("completion_tokens_details.accepted_prediction_tokens", whole="completion_tokens"),
        Part("completion_tokens_details.audio_tokens", whole="completion_tokens"),
        Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
        Part("completion_tokens_details.rejected_prediction_tokens", whole="completion_tokens"),
        Part("prompt_tokens_details.audio_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
    example={
        "completion_tokens": 10,
        "completion_tokens_details": {
            "accepted_prediction_tokens": 10,
            "audio_tokens": 0,
            "reasoning_tokens": 10,
            "rejected_prediction_tokens": 0,
        },
        "prompt_tokens": 10,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 10},
        "total_tokens": 20,
    },
    erratum=(
        "the documentation requires both details objects, but the servers behind the API are known to send null "
        "for the one and nothing for the other"
    ),
)

CHAT: Final[dict[str, Any]] = {
    "id": "chatcmpl-7c2b9f0e41d84e6c9d1a",
    "object": "chat.completion",
    "created": 1748520000,
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello!"},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
}

_CHUNK: Final[dict[str, Any]] = {**CHAT, "object": "chat.completion.chunk"}

CHAT_CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {**_CHUNK, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello!"}, "finish_reason": None}]},
    {**_CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    {**_CHUNK, "choices": []},
)

CHAT_COMPLETIONS = Contract(
    name="atoma/chat_completions",
    source=Source(document="CompletionUsage", package="atoma-sdk", version="0.2.1", read=date(2026, 11, 28)),
    usage=ChatUsage,
    endpoints=(
        Endpoint(
            path="/v1/chat/completions",
            hosts=HOSTS,
            presence="nullable",
            stream=Framing(terminal={"choices": ([],)}, events=CHAT_CHUNKS, done=False),  # as that of completions
            body=CHAT,
        ),
    ),
    # "prompt + completion"; "tokens in the prompt that were cached".
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.audio_tokens", whole="prompt_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
    ),
    divergences=(
        Divergence(
            path="usage.prompt_tokens_details.audio_tokens",
            why="required where two schemas of one name became one; a chat's own has the cached tokens only",
            source="atoma-sdk-typescript@163c2ca, docs/models/components/prompttokensdetails.md",
        ),
    ),
)

EMBEDDINGS = Contract(
    name="atoma/embeddings",
    source=Source(document="EmbeddingUsage", package="atoma-sdk", version="0.2.1", read=date(2026, 11, 28)),
    usage=EmbeddingsUsage,
    endpoints=(
        Endpoint(
            path="/v1/embeddings",
            hosts=HOSTS,
            presence="required",
            body={
                "object": "list",
                "model": "intfloat/multilingual-e5-large-instruct",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
            },
        ),
    ),
    dialect=Dialect(input="prompt_tokens", total="total_tokens"),
)

CONTRACTS = (COMPLETIONS, CHAT_COMPLETIONS, EMBEDDINGS)
