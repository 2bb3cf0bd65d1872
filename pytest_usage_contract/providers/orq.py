"""Orq: what `orq-ai-sdk` and `@orq-ai/node` document about the usage of deployments, images, and the router."""

from datetime import date
from typing import Any, Final, Literal

from pytest_usage_contract.core.accounting import Part, Total, Whole
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Amount, Count, MayBeAbsent, Usage

HOSTS = ("my.orq.ai", "api.orq.ai")
READ = date(2026, 11, 21)
READ_ROUTER = date(2026, 11, 28)


class DeploymentInvokePromptTokensDetails(Usage):
    cached_tokens: MayBeAbsent[Count | None] = ABSENT
    """Tokens of the prompt that were read from a cache."""


class DeploymentInvokeCompletionTokensDetails(Usage):
    reasoning_tokens: MayBeAbsent[Count | None] = ABSENT
    """Tokens of the completion that the model spent on reasoning."""


class DeploymentInvokeUsage(Usage):
    total_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens of prompt and completion together."""
    prompt_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens in the prompt."""
    completion_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens in the completion."""
    prompt_tokens_details: MayBeAbsent[DeploymentInvokePromptTokensDetails] = ABSENT
    """What the prompt tokens consist of."""
    completion_tokens_details: MayBeAbsent[DeploymentInvokeCompletionTokensDetails | None] = ABSENT
    """What the completion tokens consist of."""


class ImagesGenerationsInputTokensDetails(Usage):
    image_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens of the images in the input."""
    text_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens of the text in the input."""


class ImagesGenerationsUsage(Usage):
    input_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens in the input, images and text."""
    input_tokens_details: ImagesGenerationsInputTokensDetails
    """What the input tokens consist of; an empty object will do."""
    output_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens in the image that was made."""
    total_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens of input and output together."""


class ImagesEditsInputTokensDetails(Usage):
    text_tokens: Count
    """Tokens of the text in the input."""
    image_tokens: Count
    """Tokens of the images in the input."""


class ImagesEditsUsage(Usage):
    total_tokens: Count
    """Tokens of input and output together, images and text."""
    input_tokens: Count
    """Tokens in the input, images and text."""
    output_tokens: Count
    """Tokens in the image that was made."""
    input_tokens_details: ImagesEditsInputTokensDetails
    """What the input tokens consist of."""


class RouterPromptTokensDetails(Usage):
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of audio in the input."""
    cache_creation_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that were written to a cache."""
    cached_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens that were read from a cache."""


class RouterCompletionTokensDetails(Usage):
    accepted_prediction_tokens: MayBeAbsent[Count | None] = ABSENT
    """Tokens of a prediction that appeared in the completion."""
    audio_tokens: MayBeAbsent[int | None] = ABSENT
    """Tokens of audio in the output."""
    reasoning_tokens: MayBeAbsent[Count | None] = ABSENT
    """Tokens that the model spent on reasoning."""
    rejected_prediction_tokens: MayBeAbsent[Count | None] = ABSENT
    """Tokens of a prediction that did not appear in the completion."""


class RouterChatUsage(Usage):
    completion_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens in the completion."""
    prompt_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens in the prompt."""
    total_tokens: MayBeAbsent[Count] = ABSENT
    """Tokens of prompt and completion together."""
    prompt_tokens_details: MayBeAbsent[RouterPromptTokensDetails | None] = ABSENT
    """What the prompt tokens consist of."""
    completion_tokens_details: MayBeAbsent[RouterCompletionTokensDetails | None] = ABSENT
    """What the completion tokens consist of."""


class RouterCacheWriteTokensDetails(Usage):
    ttl_12h_tokens: int
    """Tokens that were written to the cache for twelve hours."""
    ttl_30m_tokens: int
    """Tokens that were written to the cache for half an hour."""


class RouterInputTokensDetails(Usage):
    cache_creation_tokens: int
    """Tokens that made a cache."""
    cache_write_tokens: int
    """Tokens that were written to a cache."""
    cached_tokens: int
    """Tokens that were read from a cache."""
    cache_creation_1h_tokens: MayBeAbsent[int] = ABSENT
    """Tokens that made a cache for an hour."""
    cache_creation_5m_tokens: MayBeAbsent[int] = ABSENT
    """Tokens that made a cache for five minutes."""
    cache_write_tokens_details: MayBeAbsent[RouterCacheWriteTokensDetails] = ABSENT
    """What was written to the cache, by the time that it is kept."""


class RouterOutputTokensDetails(Usage):
    reasoning_tokens: int
    """Tokens that the model spent on reasoning."""


class RouterServerToolUse(Usage):
    advisor_requests: MayBeAbsent[int] = ABSENT
    """Requests for advice."""
    code_interpreter_sessions: MayBeAbsent[int] = ABSENT
    """Sessions of the code interpreter."""
    datetime_requests: MayBeAbsent[int] = ABSENT
    """Requests for the time."""
    fusion_requests: MayBeAbsent[int] = ABSENT
    """Requests for a fusion."""
    image_generation_calls: MayBeAbsent[int] = ABSENT
    """Calls for an image."""
    search_models_requests: MayBeAbsent[int] = ABSENT
    """Requests for a search of models."""
    shell_commands: MayBeAbsent[int] = ABSENT
    """Commands in the shell."""
    subagent_requests: MayBeAbsent[int] = ABSENT
    """Requests to an agent below."""
    tool_search_requests: MayBeAbsent[int] = ABSENT
    """Requests for a search of tools."""
    web_fetch_requests: MayBeAbsent[int] = ABSENT
    """Requests for a page."""
    web_search_requests: MayBeAbsent[int] = ABSENT
    """Requests for a search of the web."""


class RouterResponsesUsage(Usage):
    input_tokens: int
    """Tokens in the input."""
    input_tokens_details: RouterInputTokensDetails
    """What the input tokens consist of."""
    output_tokens: int
    """Tokens in the output."""
    output_tokens_details: RouterOutputTokensDetails
    """What the output tokens consist of."""
    total_tokens: int
    """All tokens that were used."""
    input_cost: MayBeAbsent[Amount] = ABSENT
    """What the input cost, in USD, where the bill is known."""
    output_cost: MayBeAbsent[Amount] = ABSENT
    """What the output cost, in USD, where the bill is known."""
    server_tool_use: MayBeAbsent[RouterServerToolUse] = ABSENT
    """Calls of tools on the server."""
    speed: MayBeAbsent[Literal["standard", "fast"]] = ABSENT
    """The speed that Anthropic tells, and that is billed."""
    total_cost: MayBeAbsent[Amount] = ABSENT
    """What the response cost, in USD, where the bill is known."""
    web_search_requests: MayBeAbsent[int] = ABSENT
    """Requests for a search of the web."""


class RouterEmbeddingsUsage(Usage):
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """All tokens that were used."""


class RouterRerankUsage(Usage):
    total_tokens: Count
    """All tokens that were used."""


# Whole answers without their usage, for mocks: with every field that the SDKs of the provider demand, old and current.
# Ids, times and texts are made up.

DEPLOYMENT: Final[dict[str, Any]] = {
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

CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {
        **{name: value for name, value in DEPLOYMENT.items() if name != "finalized"},
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
        **DEPLOYMENT,
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
IMAGES: Final[dict[str, Any]] = {"created": 1756200000, "data": [{"b64_json": "iVBORw0KGgo="}]}

# Every event is a whole response; `{"is_final": true}` marks the one that has the usage, if the model tells any.
DEPLOYMENT_EVENTS = Framing(terminal={"is_final": (True,)}, presence="nullable", events=CHUNKS)

DEPLOYMENTS_INVOKE = Contract(
    name="orq/deployments_invoke",
    source=Source(document="DeploymentInvokeUsage", package="orq-ai-sdk", version="4.0.36", read=READ),
    usage=DeploymentInvokeUsage,
    endpoints=(
        Endpoint(
            path="/v2/deployments/invoke",
            hosts=HOSTS,
            presence="nullable",
            stream=DEPLOYMENT_EVENTS,
            body=DEPLOYMENT,
        ),
        Endpoint(path="/v2/deployments/stream", hosts=HOSTS, presence="nullable", stream=DEPLOYMENT_EVENTS, body=None),
    ),
    accounting=(
        Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
        Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
        Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
)

IMAGE_ACCOUNTING = (
    Total("total_tokens", of=("input_tokens", "output_tokens")),
    Whole("input_tokens", parts=("input_tokens_details.text_tokens", "input_tokens_details.image_tokens")),
    Part("input_tokens_details.text_tokens", whole="input_tokens"),
    Part("input_tokens_details.image_tokens", whole="input_tokens"),
)


IMAGE_DIALECT = Dialect(input="input_tokens", output="output_tokens", total="total_tokens")


def _images(call: str) -> tuple[Endpoint, ...]:
    """The endpoint as documented, and where it moved first, with the usage unchanged; today's has its own contract."""
    return tuple(
        Endpoint(path=f"/v2/{prefix}/images/{call}", hosts=HOSTS, body=IMAGES) for prefix in ("proxy", "gateway")
    )


IMAGES_GENERATIONS = Contract(
    name="orq/images_generations",
    source=Source(document="PostV2ProxyImagesGenerationsUsage", package="@orq-ai/node", version="3.12.0-rc", read=READ),
    usage=ImagesGenerationsUsage,
    endpoints=_images("generations"),
    accounting=IMAGE_ACCOUNTING,
    dialect=IMAGE_DIALECT,
    example={"input_tokens_details": {}},
)

IMAGES_EDITS = Contract(
    name="orq/images_edits",
    source=Source(document="PostV2ProxyImagesEditsUsage", package="@orq-ai/node", version="3.12.0-rc", read=READ),
    usage=ImagesEditsUsage,
    endpoints=_images("edits"),
    accounting=IMAGE_ACCOUNTING,
    dialect=IMAGE_DIALECT,
    example={
        "total_tokens": 2802.74,
        "input_tokens": 4003.34,
        "output_tokens": 6587.59,
        "input_tokens_details": {"text_tokens": 2483.99, "image_tokens": 321.55},
    },
    erratum=(
        "the documented example does not add up: 4003.34 + 6587.59 is not 2802.74, and 2483.99 text plus 321.55 "
        "image tokens are not 4003.34"
    ),
)

ROUTER_CHAT: Final[dict[str, Any]] = {
    "id": "chatcmpl-01JGN6Q3T8",
    "object": "chat.completion",
    "created": 1790000000,
    "model": "openai/gpt-5-mini",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello!"}}],
}

_CHUNK: Final[dict[str, Any]] = {**ROUTER_CHAT, "object": "chat.completion.chunk"}

ROUTER_CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {**_CHUNK, "choices": [{"index": 0, "finish_reason": None, "delta": {"role": "assistant", "content": "Hello!"}}]},
    {**_CHUNK, "choices": [{"index": 0, "finish_reason": "stop", "delta": {}}]},
    {**_CHUNK, "choices": []},
)

ROUTER_RESPONSE: Final[dict[str, Any]] = {
    "id": "resp_01JGN6Q3T8",
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
    "background": False,
    "error": None,
    "frequency_penalty": 0,
    "incomplete_details": None,
    "input": None,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "presence_penalty": 0,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "prompt_cache_options": None,
    "prompt_cache_retention": None,
    "reasoning": None,
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "temperature": 1,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1,
    "truncation": "disabled",
    "user": None,
}

ROUTER_EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {
        "type": "response.created",
        "sequence_number": 0,
        "response": {**ROUTER_RESPONSE, "status": "in_progress", "completed_at": None, "output": [], "usage": None},
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
    {"type": "response.completed", "sequence_number": 2, "response": ROUTER_RESPONSE},
)


def _read_in(document: str) -> Source:
    return Source(document=document, package="orq-ai-sdk", version="4.17.13", read=READ_ROUTER)


# Nobody says whether what a cache gave or took, and the reasoning, lie inside the headlines.

ROUTER_CHAT_COMPLETIONS = Contract(
    name="orq/router_chat_completions",
    source=_read_in("CreateChatCompletionUsage"),
    usage=RouterChatUsage,
    endpoints=(
        Endpoint(
            path="/v2/router/chat/completions",
            hosts=HOSTS,
            presence="nullable",
            # The usage is null but in a chunk without choices, which comes before [DONE], and only where the request
            # has asked for it (CreateChatCompletionStreamOptions of the same package).
            stream=Framing(
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                cumulative=False,
                presence="nullable",
                asked={"stream_options.include_usage": (True,)},
                events=ROUTER_CHUNKS,
            ),
            body=ROUTER_CHAT,
        ),
    ),
    accounting=(Total("total_tokens", of=("prompt_tokens", "completion_tokens")),),  # "prompt + completion"
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        cache_read="prompt_tokens_details.cached_tokens",
        cache_creation="prompt_tokens_details.cache_creation_tokens",
        reasoning="completion_tokens_details.reasoning_tokens",
    ),
)

# `response.failed`, or `incomplete`, need not have a usage either: the class of a response has it null.
ROUTER_RESPONSE_STREAM: Final = Framing(
    at=("response.usage",),
    terminal={"type": ("response.completed", "response.incomplete", "response.failed")},
    presence="nullable",
    named=True,
    events=ROUTER_EVENTS,
)

ROUTER_RESPONSES = Contract(
    name="orq/router_responses",
    source=_read_in("PublicUsage"),
    usage=RouterResponsesUsage,
    endpoints=(
        Endpoint(
            path="/v3/router/responses",
            hosts=HOSTS,
            presence="nullable",
            stream=ROUTER_RESPONSE_STREAM,
            body=ROUTER_RESPONSE,
        ),
        Endpoint(
            method="GET",
            path="/v3/router/responses/{response_id}",
            hosts=HOSTS,
            presence="nullable",
            body=ROUTER_RESPONSE,
        ),
    ),
    # Neither is what a total is made of said here, nor which of two counts of a written cache is whose.
    dialect=Dialect(
        input="input_tokens",
        output="output_tokens",
        total="total_tokens",
        cache_read="input_tokens_details.cached_tokens",
        cache_creation="input_tokens_details.cache_creation_tokens",
        reasoning="output_tokens_details.reasoning_tokens",
    ),
)

# The call and its counts are those of the documents before, whose texts the class of generations no longer has.

ROUTER_IMAGES_GENERATIONS = Contract(
    name="orq/router_images_generations",
    source=_read_in("CreateImageUsage"),
    usage=ImagesGenerationsUsage,
    endpoints=(Endpoint(path="/v2/router/images/generations", hosts=HOSTS, body=IMAGES),),
    accounting=IMAGE_ACCOUNTING,
    dialect=IMAGE_DIALECT,
)

ROUTER_IMAGES_EDITS = Contract(
    name="orq/router_images_edits",
    source=_read_in("CreateImageEditUsage"),
    usage=ImagesEditsUsage,
    endpoints=(Endpoint(path="/v2/router/images/edits", hosts=HOSTS, body=IMAGES),),
    accounting=IMAGE_ACCOUNTING,
    dialect=IMAGE_DIALECT,
)

ROUTER_EMBEDDINGS = Contract(
    name="orq/router_embeddings",
    source=_read_in("PublicEmbeddingUsage"),
    usage=RouterEmbeddingsUsage,
    endpoints=(
        Endpoint(
            path="/v2/router/embeddings",
            hosts=HOSTS,
            presence="required",
            body={
                "object": "list",
                "model": "openai/text-embedding-3-small",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
            },
        ),
    ),
    dialect=Dialect(input="prompt_tokens", total="total_tokens"),
)

ROUTER_RERANK = Contract(
    name="orq/router_rerank",
    source=_read_in("CreateRerankUsage"),
    usage=RouterRerankUsage,
    endpoints=(
        Endpoint(
            path="/v2/router/rerank",
            hosts=HOSTS,
            body={"object": "list", "results": [{"object": "rerank", "index": 0, "relevance_score": 0.9}]},
        ),
    ),
    dialect=Dialect(total="total_tokens"),
)

CONTRACTS = (
    DEPLOYMENTS_INVOKE,
    IMAGES_GENERATIONS,
    IMAGES_EDITS,
    ROUTER_CHAT_COMPLETIONS,
    ROUTER_RESPONSES,
    ROUTER_IMAGES_GENERATIONS,
    ROUTER_IMAGES_EDITS,
    ROUTER_EMBEDDINGS,
    ROUTER_RERANK,
)
