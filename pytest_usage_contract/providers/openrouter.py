"""OpenRouter: the usage of its responses, chats, messages, embeddings, ranks and images, and of the alpha before."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Beside, Part, Total, Whole
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Amount, Count, MayBeAbsent, SomeObject, Usage

HOSTS: Final = ("openrouter.ai",)
READ: Final = date(2026, 11, 28)


class AlphaInputTokensDetails(Usage):
    cached_tokens: Count
    """Tokens of the input that were read from a cache."""


class AlphaOutputTokensDetails(Usage):
    reasoning_tokens: Count
    """Tokens of the output that the model spent on reasoning."""


class AlphaResponsesUsage(Usage):
    input_tokens: Count
    """Tokens in the input."""
    input_tokens_details: AlphaInputTokensDetails
    """What the input tokens consist of."""
    output_tokens: Count
    """Tokens in the output."""
    output_tokens_details: AlphaOutputTokensDetails
    """What the output tokens consist of."""
    total_tokens: Count
    """Tokens of input and output together."""


class ServerToolUseDetails(Usage):
    tool_calls_executed: MayBeAbsent[int | None] = ABSENT
    """Calls of OpenRouter's own tools that gave a result."""
    tool_calls_requested: MayBeAbsent[int | None] = ABSENT
    """Calls of OpenRouter's own tools that the model asked for."""
    web_search_requests: MayBeAbsent[int | None] = ABSENT
    """Web searches, which may be among the calls that were asked for."""


class InputTokensDetails(Usage):
    cached_tokens: int
    """Tokens of the input that were read from a cache."""
    cache_write_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the input that were written to a cache."""


class OutputTokensDetails(Usage):
    reasoning_tokens: int
    """Tokens of the output that the model spent on reasoning."""


class ResponsesCostDetails(Usage):
    upstream_inference_input_cost: Amount
    """What the input cost upstream."""
    upstream_inference_output_cost: Amount
    """What the output cost upstream."""
    server_tool_cost: MayBeAbsent[Amount | None] = ABSENT
    """What metered tools cost, in USD; absent where none ran."""
    upstream_inference_cost: MayBeAbsent[Amount | None] = ABSENT
    """What the upstream provider charged."""


class ResponsesUsage(Usage):
    input_tokens: int
    """Tokens in the input."""
    input_tokens_details: InputTokensDetails
    """What the input tokens consist of."""
    output_tokens: int
    """Tokens in the output."""
    output_tokens_details: OutputTokensDetails
    """What the output tokens consist of."""
    total_tokens: int
    """Tokens of input and output together."""
    cost: MayBeAbsent[Amount | None] = ABSENT
    """What was charged to the account, in credits."""
    cost_details: MayBeAbsent[ResponsesCostDetails] = ABSENT
    """What the cost consists of."""
    is_byok: MayBeAbsent[bool] = ABSENT
    """Whether a key of one's own was used upstream."""
    server_tool_use_details: MayBeAbsent[ServerToolUseDetails | None] = ABSENT
    """Calls of tools on the server."""


class ChatPromptTokensDetails(Usage):
    audio_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the prompt that are audio."""
    cache_write_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the prompt that were written to a cache, where a model has a price for that."""
    cached_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    video_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the prompt that are video."""


class ChatCompletionTokensDetails(Usage):
    accepted_prediction_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of a prediction that appeared in the completion."""
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the completion that are audio."""
    image_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the completion that are images."""
    reasoning_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the completion that the model spent on reasoning."""
    rejected_prediction_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of a prediction that did not appear in the completion."""


class CostDetails(Usage):
    upstream_inference_completions_cost: MayBeAbsent[Amount] = ABSENT
    """What the completion cost upstream."""
    upstream_inference_prompt_cost: MayBeAbsent[Amount] = ABSENT
    """What the prompt cost upstream."""
    server_tool_cost: MayBeAbsent[Amount | None] = ABSENT
    """What metered tools cost, in USD; absent where none ran."""
    upstream_inference_cost: MayBeAbsent[Amount | None] = ABSENT
    """What the upstream provider charged."""


class ChatUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_tokens_details: MayBeAbsent[ChatCompletionTokensDetails | None] = ABSENT
    """What the completion tokens consist of."""
    cost: MayBeAbsent[Amount | None] = ABSENT
    """What was charged to the account, in credits."""
    cost_details: MayBeAbsent[CostDetails | None] = ABSENT
    """What the cost consists of."""
    is_byok: MayBeAbsent[bool] = ABSENT
    """Whether a key of one's own was used upstream."""
    prompt_tokens_details: MayBeAbsent[ChatPromptTokensDetails | None] = ABSENT
    """What the prompt tokens consist of."""
    server_tool_use_details: MayBeAbsent[ServerToolUseDetails | None] = ABSENT
    """Calls of tools on the server."""


class MessagesCacheCreation(Usage):
    ephemeral_1h_input_tokens: int
    """Tokens that were written to the cache for an hour."""
    ephemeral_5m_input_tokens: int
    """Tokens that were written to the cache for five minutes."""


class MessagesOutputTokensDetails(Usage):
    thinking_tokens: int
    """Tokens of the output that the model spent on thinking."""


class MessagesServerToolUse(Usage):
    web_fetch_requests: int
    """Requests for a page."""
    web_search_requests: int
    """Requests for a search."""


class MessagesUsage(Usage):
    input_tokens: int
    """Tokens in the input, without what a cache gave or took."""
    output_tokens: int
    """Tokens in the output."""
    cache_creation: MessagesCacheCreation | None
    """What was written to the cache, by the time that it is kept."""
    cache_creation_input_tokens: int | None
    """Tokens that were written to a cache."""
    cache_read_input_tokens: int | None
    """Tokens that were read from a cache."""
    inference_geo: str | None
    """Where the model ran."""
    output_tokens_details: MessagesOutputTokensDetails | None
    """What the output tokens consist of."""
    server_tool_use: MessagesServerToolUse | None
    """Calls of tools on the server."""
    service_tier: str | None
    """The tier of service that was used."""
    cost: MayBeAbsent[Amount | None] = ABSENT
    """What was charged to the account, in credits."""
    cost_details: MayBeAbsent[SomeObject | None] = ABSENT
    """What the cost consists of."""
    is_byok: MayBeAbsent[bool] = ABSENT
    """Whether a key of one's own was used upstream."""
    iterations: MayBeAbsent[list[SomeObject] | None] = ABSENT
    """The usage of each iteration of the model."""


class EmbeddingsPromptTokensDetails(Usage):
    audio_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the input that are audio."""
    file_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the input that are files."""
    image_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the input that are images."""
    text_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the input that are text."""
    video_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the input that are video."""


class EmbeddingsUsage(Usage):
    prompt_tokens: int
    """Tokens in the input."""
    total_tokens: int
    """All tokens that were used."""
    cost: MayBeAbsent[Amount] = ABSENT
    """What was charged to the account, in credits."""
    cost_details: MayBeAbsent[CostDetails | None] = ABSENT
    """What the cost consists of."""
    is_byok: MayBeAbsent[bool] = ABSENT
    """Whether a key of one's own was used upstream."""
    prompt_tokens_details: MayBeAbsent[EmbeddingsPromptTokensDetails] = ABSENT
    """What the input consists of, where it has two modalities or more; only what is not zero."""


class RerankUsage(Usage):
    cost: MayBeAbsent[Amount] = ABSENT
    """What was charged to the account, in credits."""
    search_units: MayBeAbsent[int] = ABSENT
    """Units of search, by which Cohere bills."""
    total_tokens: MayBeAbsent[int] = ABSENT
    """All tokens that were used."""


class ImagesCompletionTokensDetails(Usage):
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that were generated for audio."""
    image_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that were generated for images."""
    reasoning_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that were generated for reasoning."""


class ImagesPromptTokensDetails(Usage):
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that are audio."""
    cache_write_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that were written to a cache, where a model has a price for that."""
    cached_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    file_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that are files."""
    video_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of the prompt that are video."""


class ImagesUsage(Usage):
    completion_tokens: int
    """Tokens that were generated."""
    prompt_tokens: int
    """Tokens in the prompt, with images, audio and tools."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    cache_creation: MayBeAbsent[MessagesCacheCreation | None] = ABSENT
    """What was written to the cache, by the time that it is kept."""
    completion_tokens_details: MayBeAbsent[ImagesCompletionTokensDetails | None] = ABSENT
    """What the completion tokens consist of."""
    cost: MayBeAbsent[Amount | None] = ABSENT
    """What was charged to the account, in credits."""
    cost_details: MayBeAbsent[CostDetails | None] = ABSENT
    """What the cost consists of."""
    is_byok: MayBeAbsent[bool] = ABSENT
    """Whether a key of one's own was used upstream."""
    iterations: MayBeAbsent[list[SomeObject] | None] = ABSENT
    """The usage of each iteration of the model."""
    prompt_tokens_details: MayBeAbsent[ImagesPromptTokensDetails | None] = ABSENT
    """What the prompt tokens consist of."""
    server_tool_use: MayBeAbsent[ServerToolUseDetails | None] = ABSENT
    """Calls of tools on the server."""
    service_tier: MayBeAbsent[str | None] = ABSENT
    """The tier of service that was used."""
    speed: MayBeAbsent[str | None] = ABSENT
    """The speed that the model answered at."""


# Whole answers without their usage, for mocks: with every field that the SDKs of the provider demand, old and current.
# Ids, times and texts are made up.

# completed_at, presence_penalty and frequency_penalty came in 2026; the SDKs of 2025 skip them.
RESPONSE: Final[dict[str, Any]] = {
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

EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "type": "response.created",
        "sequence_number": 0,
        "response": {**RESPONSE, "status": "in_progress", "completed_at": None, "output": []},
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
    {"type": "response.completed", "sequence_number": 2, "response": RESPONSE},
)

# A failed response has nothing to count where it failed before the model began, be it streamed or not.
FAILED: Final = {"status": ("failed",)}

RESPONSE_EVENTS = Framing(
    at=("response.usage",),
    terminal={"type": ("response.completed", "response.incomplete", "response.failed")},
    excused={"type": ("response.failed",)},
    events=EVENTS,
)

ALPHA_RESPONSES = Contract(
    name="openrouter/alpha_responses",
    default=True,
    source=Source(
        document="PostApiAlphaResponsesUsage",
        package="@openrouter/sdk",
        version="0.0.0-beta.17",
        read=date(2026, 11, 21),
    ),
    usage=AlphaResponsesUsage,
    endpoints=(
        # The SDK of this version really posts to /api/v1/api/alpha/responses: its server already ends in
        # /api/v1. The documentation's own address is /api/alpha/responses, so only the end is matched.
        Endpoint(
            path="**/api/alpha/responses",
            hosts=HOSTS,
            excused=FAILED,
            stream=RESPONSE_EVENTS,
            body=RESPONSE,
        ),
    ),
    accounting=(
        Total("total_tokens", of=("input_tokens", "output_tokens")),
        Part("input_tokens_details.cached_tokens", whole="input_tokens"),
        Part("output_tokens_details.reasoning_tokens", whole="output_tokens"),
    ),
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        total="total_tokens",
        cache_read="input_tokens_details.cached_tokens",
        reasoning="output_tokens_details.reasoning_tokens",
    ),
    example={
        "input_tokens": 1321.53,
        "input_tokens_details": {"cached_tokens": 6223.04},
        "output_tokens": 6590.62,
        "output_tokens_details": {"reasoning_tokens": 5408.32},
        "total_tokens": 4727.47,
    },
    erratum=(
        "the documented example does not add up: 1321.53 + 6590.62 is not 4727.47, and 6223.04 cached tokens "
        "are more than the input has"
    ),
)

RESPONSES = Contract(
    name="openrouter/responses",
    source=Source(document="OpenResponsesResult.usage", package="openrouter", version="1.3.84", read=READ),
    usage=ResponsesUsage,
    endpoints=(
        # Where the alpha's call moved on 2025-10-28; since 2026-07-16 the usage may be null, at the end of a stream,
        # too.
        Endpoint(
            path="/api/v1/responses",
            hosts=HOSTS,
            presence="nullable",
            excused=FAILED,
            stream=replace(RESPONSE_EVENTS, presence="nullable"),
            body=RESPONSE,
        ),
    ),
    accounting=(
        Total("total_tokens", of=("input_tokens", "output_tokens")),  # both recorded bodies
        Part("input_tokens_details.cached_tokens", whole="input_tokens"),
        Part("output_tokens_details.reasoning_tokens", whole="output_tokens"),
    ),
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        total="total_tokens",
        cache_read="input_tokens_details.cached_tokens",
        cache_creation="input_tokens_details.cache_write_tokens",  # nobody says whether it lies inside
        reasoning="output_tokens_details.reasoning_tokens",
    ),
)

CHAT_COMPLETION: Final[dict[str, Any]] = {
    "id": "gen-1790000000-ijklMNOP",
    "object": "chat.completion",
    "created": 1790000000,
    "model": "openai/gpt-5-mini",
    "system_fingerprint": None,
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "native_finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello!"},
        }
    ],
}

CHAT_CHUNK: Final[dict[str, Any]] = {
    **CHAT_COMPLETION,
    "object": "chat.completion.chunk",
    "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello!"}, "finish_reason": None}],
}

CHAT_CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    CHAT_CHUNK,
    {**CHAT_CHUNK, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": "stop"}]},
    {**CHAT_CHUNK, "choices": []},
)

CHAT_COMPLETIONS = Contract(
    name="openrouter/chat_completions",
    source=Source(document="ChatUsage", package="openrouter", version="1.3.84", read=READ),
    usage=ChatUsage,
    endpoints=(
        Endpoint(
            path="/api/v1/chat/completions",
            hosts=HOSTS,
            # `stream_options.include_usage` has no effect: the usage always comes, in the last message of the stream
            # (ChatStreamOptions of the same package; openrouter.ai/docs/use-cases/usage-accounting).
            stream=Framing(
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                cumulative=False,
                events=CHAT_CHUNKS,
            ),
            body=CHAT_COMPLETION,
        ),
    ),
    # All of 48 recorded bodies. That the cost is what upstream charged fails in 3 of 36.
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cache_write_tokens", whole="prompt_tokens"),
        Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        cache_creation="prompt_tokens_details.cache_write_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
    # openrouter.ai/docs/use-cases/usage-accounting
    example={
        "completion_tokens": 2,
        "completion_tokens_details": {"reasoning_tokens": 0},
        "cost": 0.95,
        "cost_details": {"upstream_inference_cost": 19},
        "prompt_tokens": 194,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 100, "audio_tokens": 0},
        "total_tokens": 196,
    },
    divergences=(
        Divergence(
            path="usage.cost_details.upstream_inference_completions_cost",
            why="the class requires it, the example of the page on usage accounting is without",
            source="openrouter.ai/docs/use-cases/usage-accounting",
        ),
        Divergence(
            path="usage.cost_details.upstream_inference_prompt_cost",
            why="likewise",
            source="openrouter.ai/docs/use-cases/usage-accounting",
        ),
        Divergence(
            path="usage.completion_tokens_details.image_tokens",
            why="no class has it, and every recorded body",
            source="39 of 39 recorded bodies with a cost",
        ),
    ),
)

MESSAGE: Final[dict[str, Any]] = {
    "id": "gen-1790000000-qrstUVWX",
    "type": "message",
    "role": "assistant",
    "model": "anthropic/claude-sonnet-4.5",
    "content": [{"type": "text", "text": "Hello!", "citations": None}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "container": None,
}

MESSAGE_EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None, "usage": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "", "citations": None}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello!"}},
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None, "container": None},
        "usage": None,
    },
    {"type": "message_stop"},
)

MESSAGES = Contract(
    name="openrouter/messages",
    source=Source(document="MessagesResult", package="OpenRouterTeam/typescript-sdk", version="cb9393a89", read=READ),
    usage=MessagesUsage,
    endpoints=(
        Endpoint(
            path="/api/v1/messages",
            hosts=HOSTS,
            presence="required",
            stream=Framing(
                at=("message.usage", "usage"),
                carriers={"type": ("message_start", "message_delta")},
                terminal={"type": ("message_delta",), "delta.stop_reason": (...,)},
                may_follow=True,
                cumulative=True,
                named=True,
                events=MESSAGE_EVENTS,
                done=False,
            ),
            body=MESSAGE,
        ),
    ),
    # As Anthropic has it, whose form this is: its cache lies beside its input.
    accounting=(
        Beside("cache_read_input_tokens", headline="input_tokens"),
        Beside("cache_creation_input_tokens", headline="input_tokens"),
        Part("output_tokens_details.thinking_tokens", whole="output_tokens"),
        Whole(
            "cache_creation_input_tokens",
            parts=("cache_creation.ephemeral_1h_input_tokens", "cache_creation.ephemeral_5m_input_tokens"),
        ),
    ),
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        cache_read="cache_read_input_tokens",
        cache_creation="cache_creation_input_tokens",
        reasoning="output_tokens_details.thinking_tokens",
    ),
)

EMBEDDINGS = Contract(
    name="openrouter/embeddings",
    source=Source(document="CreateEmbeddingsUsage", package="openrouter", version="1.3.84", read=READ),
    usage=EmbeddingsUsage,
    endpoints=(
        Endpoint(
            path="/api/v1/embeddings",
            hosts=HOSTS,
            body={
                "object": "list",
                "model": "openai/text-embedding-3-small",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
            },
        ),
    ),
    dialect=Dialect(input="prompt_tokens", total="total_tokens"),
    divergences=(
        Divergence(
            path="usage.cost_details.upstream_inference_completions_cost",
            why="the same object as in a chat, where the documented example is without",
            source="openrouter.ai/docs/use-cases/usage-accounting",
        ),
        Divergence(
            path="usage.cost_details.upstream_inference_prompt_cost",
            why="likewise",
            source="openrouter.ai/docs/use-cases/usage-accounting",
        ),
    ),
)

RERANK = Contract(
    name="openrouter/rerank",
    source=Source(document="CreateRerankUsage", package="openrouter", version="1.3.84", read=READ),
    usage=RerankUsage,
    endpoints=(
        Endpoint(
            path="/api/v1/rerank",
            hosts=HOSTS,
            body={
                "model": "cohere/rerank-v3.5",
                "results": [{"document": {"text": "Hello!"}, "index": 0, "relevance_score": 0.9}],
            },
        ),
    ),
    dialect=Dialect(total="total_tokens"),
)

_IMAGE: Final[dict[str, Any]] = {"b64_json": "iVBORw0KGgo=", "media_type": "image/png"}

IMAGES = Contract(
    name="openrouter/images",
    source=Source(document="ImageGenerationUsage", package="openrouter", version="1.3.84", read=READ),
    usage=ImagesUsage,
    endpoints=(
        Endpoint(
            path="/api/v1/images",
            hosts=HOSTS,
            # ImageGenCompletedEvent of the same package; a stream that fails ends with an event of type `error`.
            # The usage may be absent, from which a stream cannot tell null.
            stream=Framing(
                terminal={"type": ("image_generation.completed",)},
                presence="nullable",
                events=(
                    {"type": "image_generation.partial_image", "b64_json": "iVBORw0KGgo=", "partial_image_index": 0},
                    {"type": "image_generation.completed", "created": 1790000000, **_IMAGE},
                ),
            ),
            body={"created": 1790000000, "data": [_IMAGE]},
        ),
    ),
    # "Sum of the above two fields", "breakdown of tokens used in the prompt", "tokens generated by the model for".
    accounting=(
        Total("total_tokens", of=("completion_tokens", "prompt_tokens")),
        Part("completion_tokens_details.audio_tokens", whole="completion_tokens"),
        Part("completion_tokens_details.image_tokens", whole="completion_tokens"),
        Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
        Part("prompt_tokens_details.audio_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cache_write_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.file_tokens", whole="prompt_tokens"),
        Part("prompt_tokens_details.video_tokens", whole="prompt_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        cache_creation="prompt_tokens_details.cache_write_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
    divergences=(
        Divergence(
            path="usage.cost_details.upstream_inference_completions_cost",
            why="the same object as in a chat, where the documented example is without",
            source="openrouter.ai/docs/use-cases/usage-accounting",
        ),
        Divergence(
            path="usage.cost_details.upstream_inference_prompt_cost",
            why="likewise",
            source="openrouter.ai/docs/use-cases/usage-accounting",
        ),
    ),
)

CONTRACTS = (ALPHA_RESPONSES, RESPONSES, CHAT_COMPLETIONS, MESSAGES, EMBEDDINGS, RERANK, IMAGES)
