"""OpenAI: what `openai` documents about the usage of chats, responses, embeddings, images and transcriptions.

Of null its classes say nothing. OpenAI's OpenAPI document 2.3.0 (openai/openai-openapi@f85dbe2) allows none, yet none
in place of a whole usage either, which its own examples have; so null is unknown where a class has `Optional`.
"""

from datetime import date
from typing import Any, Final, Literal

from pydantic import RootModel

from pytest_usage_contract.core.accounting import Part, Total, Whole
from pytest_usage_contract.core.contract import Contract, Dialect, Divergence, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Amount, MayBeAbsent, PerhapsNull, Usage

# `data_residency` of the client. Other hosts at which OpenAI's paths are served obey other sums, and have contracts of
# their own, or none.
HOSTS: Final = (
    "api.openai.com",
    "us.api.openai.com",
    "eu.api.openai.com",
    "ae.api.openai.com",
    "au.api.openai.com",
    "in.api.openai.com",
    "jp.api.openai.com",
)

# The client's provider `bedrock`, below /openai/v1. The 11 recorded responses keep what OpenAI promises.
BEDROCK_HOSTS: Final = ("bedrock-mantle.*.api.aws", "bedrock-runtime.*.amazonaws.com")


def read_in(document: str) -> Source:
    """Return the source that a class of the package is, called as its module has it or as its response does."""
    return Source(document=document, package="openai", version="3.57.0", read=date(2026, 11, 28))


class PromptTokensDetails(Usage):
    audio_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the audio in the prompt."""
    cache_write_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were written to a cache, unadjusted."""
    cached_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were read from a cache."""
    image_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the images in the prompt."""
    text_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the text in the prompt."""


class CompletionTokensDetails(Usage):
    accepted_prediction_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of a predicted output that appear in the completion."""
    audio_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the audio in the completion."""
    reasoning_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the completion that the model spent on reasoning."""
    rejected_prediction_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of a predicted output that do not appear in the completion, yet are counted in it."""
    text_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the text in the completion."""


class CompletionUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of prompt and completion together."""
    completion_tokens_details: MayBeAbsent[PerhapsNull[CompletionTokensDetails]] = ABSENT
    """What the completion tokens consist of."""
    prompt_tokens_details: MayBeAbsent[PerhapsNull[PromptTokensDetails]] = ABSENT
    """What the prompt tokens consist of."""


class CacheWriteTokensDetails(Usage):
    ttl_12h_tokens: int
    """Tokens that are kept for twelve hours."""
    ttl_30m_tokens: int
    """Tokens that are kept for thirty minutes."""


class InputTokensDetails(Usage):
    cache_write_tokens: MayBeAbsent[int] = ABSENT
    """Tokens of the input that were written to a cache."""
    cached_tokens: int
    """Tokens of the input that were read from a cache."""
    cache_write_tokens_details: MayBeAbsent[PerhapsNull[CacheWriteTokensDetails]] = ABSENT
    """For how long the tokens that were written to a cache are kept."""


class OutputTokensDetails(Usage):
    reasoning_tokens: int
    """Tokens of the output that the model spent on reasoning."""


class ResponseUsage(Usage):
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


class EmbeddingUsage(Usage):
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of the whole request."""


class ImageInputTokensDetails(Usage):
    image_tokens: int
    """Tokens of the images in the input."""
    text_tokens: int
    """Tokens of the text in the input."""


class ImageOutputTokensDetails(Usage):
    image_tokens: int
    """Tokens of the images in the output."""
    text_tokens: int
    """Tokens of the text in the output."""


class ImageUsage(Usage):
    input_tokens: int
    """Tokens in the input, images and text."""
    input_tokens_details: ImageInputTokensDetails
    """What the input tokens consist of."""
    output_tokens: int
    """Tokens in the output."""
    total_tokens: int
    """Tokens of input and output together, images and text."""
    output_tokens_details: MayBeAbsent[PerhapsNull[ImageOutputTokensDetails]] = ABSENT
    """What the output tokens consist of."""


class InputTokenDetails(Usage):
    audio_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the audio in the input."""
    text_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the text in the input."""


class TokensUsage(Usage):
    input_tokens: int
    """Tokens in the input."""
    output_tokens: int
    """Tokens in the output."""
    total_tokens: int
    """Tokens of input and output together."""
    type: MayBeAbsent[Literal["tokens"]] = ABSENT
    """Says that the model is billed by tokens."""
    input_token_details: MayBeAbsent[PerhapsNull[InputTokenDetails]] = ABSENT
    """What the input tokens consist of."""


class DurationUsage(Usage):
    seconds: Amount
    """The duration of the audio."""
    type: Literal["duration"]
    """Says that the model is billed by the duration of the audio."""


class TranscriptionUsage(RootModel[TokensUsage | DurationUsage]):
    """One or the other, by the model that was asked."""


# Whole answers without their usage, for mocks: with every field that the SDK of the provider demands.
# Ids, times and texts are made up.

CHAT: Final[dict[str, Any]] = {
    "id": "chatcmpl-C7x2Kq9vRtYw3LmN5pZs",
    "object": "chat.completion",
    "created": 1790000000,
    "model": "gpt-5-mini-2025-08-07",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello!", "refusal": None, "annotations": []},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "service_tier": "default",
    "system_fingerprint": None,
}


def _chunk(*choices: dict[str, Any]) -> dict[str, Any]:
    return {**CHAT, "object": "chat.completion.chunk", "choices": [*choices]}


CHAT_CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    _chunk({"index": 0, "delta": {"role": "assistant", "content": "Hello!"}, "logprobs": None, "finish_reason": None}),
    _chunk({"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}),
    _chunk(),
)

TEXT: Final[dict[str, Any]] = {
    "id": "cmpl-C7x2Kq9vRtYw3LmN5pZs",
    "object": "text_completion",
    "created": 1790000000,
    "model": "gpt-3.5-turbo-instruct:20230824-v2",
    "choices": [{"text": "Hello!", "index": 0, "logprobs": None, "finish_reason": "stop"}],
}

TEXT_CHUNKS: Final[tuple[dict[str, Any], ...]] = (
    {**TEXT, "choices": [{"text": "Hel", "index": 0, "logprobs": None, "finish_reason": None}]},
    {**TEXT, "choices": [{"text": "lo!", "index": 0, "logprobs": None, "finish_reason": "stop"}]},
    {**TEXT, "choices": []},
)

MESSAGE: Final[dict[str, Any]] = {
    "type": "message",
    "id": "msg_68af4030baa48193b0b43b4c2a176a1a05438e46b5f69a3b",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hello!", "annotations": [], "logprobs": []}],
}

# `tool_usage` may stand beside the usage: tokens and requests of hosted tools, of which nothing is in it. It is not
# judged.
RESPONSE: Final[dict[str, Any]] = {
    "id": "resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b",
    "object": "response",
    "created_at": 1790000000,
    "completed_at": 1790000003,
    "model": "gpt-5-mini-2025-08-07",
    "status": "completed",
    "output": [MESSAGE],
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
}

PLACE: Final[dict[str, Any]] = {"item_id": MESSAGE["id"], "output_index": 0, "content_index": 0}

EVENTS: Final[dict[str, dict[str, Any]]] = {
    "response.created": {"response": {**RESPONSE, "status": "in_progress", "completed_at": None, "output": []}},
    "response.output_item.added": {"output_index": 0, "item": {**MESSAGE, "status": "in_progress", "content": []}},
    "response.content_part.added": {**PLACE, "part": {**MESSAGE["content"][0], "text": ""}},
    "response.output_text.delta": {**PLACE, "delta": "Hello!", "logprobs": []},
    "response.output_text.done": {**PLACE, "text": "Hello!", "logprobs": []},
    "response.content_part.done": {**PLACE, "part": MESSAGE["content"][0]},
    "response.output_item.done": {"output_index": 0, "item": MESSAGE},
    "response.completed": {"response": RESPONSE},
}

RESPONSE_EVENTS: Final = tuple(
    {"type": name, "sequence_number": number, **event} for number, (name, event) in enumerate(EVENTS.items())
)

COMPACTED: Final[dict[str, Any]] = {
    "id": "resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3c",
    "object": "response.compaction",
    "created_at": 1790000000,
    "output": [{"id": "cmp_001", "type": "compaction", "encrypted_content": "Z0FBQUFB"}],
}

EMBEDDINGS_BODY: Final[dict[str, Any]] = {
    "object": "list",
    "model": "text-embedding-3-small",
    # Numbers where the client asks for base64, too: it takes both.
    "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
}

# `svg_usage` may stand beside the usage: tokens that another model spent on writing SVG. It is not judged.
IMAGES: Final[dict[str, Any]] = {"created": 1790000000, "data": [{"b64_json": "iVBORw0KGgo="}]}


def _image_events(call: str) -> tuple[dict[str, Any], ...]:
    image = {
        "b64_json": "iVBORw0KGgo=",
        "created_at": 1790000000,
        "size": "1024x1024",
        "quality": "high",
        "background": "opaque",
        "output_format": "png",
    }
    return {"type": f"{call}.partial_image", **image, "partial_image_index": 0}, {"type": f"{call}.completed", **image}


TRANSCRIPT_EVENTS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "transcript.text.delta", "delta": "Hello!"},
    {"type": "transcript.text.done", "text": "Hello!"},
)


def _chunks(events: tuple[dict[str, Any], ...]) -> Framing:
    """Return how a completion comes in chunks.

    The usage is null, or not there, but in a chunk that follows the one with a `finish_reason`, has no choices, and
    comes only where the request has asked for it.
    """
    return Framing(
        terminal={"choices[].finish_reason": (...,)},
        carriers={},
        may_follow=True,
        cumulative=False,
        presence="nullable",
        asked={"stream_options.include_usage": (True,)},
        events=events,
    )


CHAT_STREAM: Final = _chunks(CHAT_CHUNKS)

# The usage is null before the response is completed. What failed, or is incomplete, need not have one.
RESPONSE_STREAM: Final = Framing(
    at=("response.usage",),
    terminal={"type": ("response.completed", "response.incomplete", "response.failed")},
    excused={"type": ("response.incomplete", "response.failed")},
    named=True,
    events=RESPONSE_EVENTS,
    done=False,
)


def answers_of(model: str, *answers: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return *answers* as another *model* gives them, for providers whose answers have OpenAI's form."""
    return tuple({**answer, "model": model} for answer in answers)


def chat_at(path: str, hosts: tuple[str, ...], presence: Literal["required", "unknown"] = "unknown") -> Endpoint:
    """Return where chats are answered as at OpenAI."""
    return Endpoint(path=path, hosts=hosts, presence=presence, stream=CHAT_STREAM, body=CHAT)


def responses_below(base: str, hosts: tuple[str, ...]) -> tuple[Endpoint, ...]:
    """Return where responses are created, read again, cancelled and compacted as at OpenAI."""
    one = f"{base}/responses/{{response_id}}"
    # Null is what the documentation's example of a cancelled response has.
    return (
        Endpoint(path=f"{base}/responses", hosts=hosts, presence="nullable", stream=RESPONSE_STREAM, body=RESPONSE),
        Endpoint(method="GET", path=one, hosts=hosts, presence="nullable", stream=RESPONSE_STREAM, body=RESPONSE),
        Endpoint(path=f"{one}/cancel", hosts=hosts, presence="nullable", body=RESPONSE),
        Endpoint(path=f"{base}/responses/compact", hosts=hosts, presence="required", body=COMPACTED),
    )


# "prompt + completion". The parts are those "in the prompt" and "in the completion", "generated by the model", or
# "still counted in the total completion tokens"; of cached and reasoning tokens 177 of 177 recorded bodies say so, too.
COMPLETION_ACCOUNTING: Final = (
    Total("total_tokens", of=("prompt_tokens", "completion_tokens")),
    Part("prompt_tokens_details.audio_tokens", whole="prompt_tokens"),
    Part("prompt_tokens_details.cache_write_tokens", whole="prompt_tokens"),
    Part("prompt_tokens_details.cached_tokens", whole="prompt_tokens"),
    Part("prompt_tokens_details.image_tokens", whole="prompt_tokens"),
    Part("prompt_tokens_details.text_tokens", whole="prompt_tokens"),
    Part("completion_tokens_details.accepted_prediction_tokens", whole="completion_tokens"),
    Part("completion_tokens_details.audio_tokens", whole="completion_tokens"),
    Part("completion_tokens_details.reasoning_tokens", whole="completion_tokens"),
    Part("completion_tokens_details.rejected_prediction_tokens", whole="completion_tokens"),
    Part("completion_tokens_details.text_tokens", whole="completion_tokens"),
)

COMPLETION_DIALECT: Final = Dialect(
    input="prompt_tokens",
    output="completion_tokens",
    total="total_tokens",
    cache_read="prompt_tokens_details.cached_tokens",
    cache_creation="prompt_tokens_details.cache_write_tokens",
    reasoning="completion_tokens_details.reasoning_tokens",
)

# Not stated, but so in all recorded bodies: the total and the reasoning in 252 of 252, both caches in 35 of 35 that
# tell them. Those by how long they are kept are "input tokens written" as well.
RESPONSE_ACCOUNTING: Final = (
    Total("total_tokens", of=("input_tokens", "output_tokens")),
    Part("input_tokens_details.cache_write_tokens", whole="input_tokens"),
    Part("input_tokens_details.cached_tokens", whole="input_tokens"),
    Part("input_tokens_details.cache_write_tokens_details.ttl_12h_tokens", whole="input_tokens"),
    Part("input_tokens_details.cache_write_tokens_details.ttl_30m_tokens", whole="input_tokens"),
    Part("output_tokens_details.reasoning_tokens", whole="output_tokens"),
)

RESPONSE_DIALECT: Final = Dialect(
    input="input_tokens",
    output="output_tokens",
    total="total_tokens",
    cache_read="input_tokens_details.cached_tokens",
    cache_creation="input_tokens_details.cache_write_tokens",
    reasoning="output_tokens_details.reasoning_tokens",
)

# "images and text" are what the input is said to consist of. The total is so in the documentation's example, and in the
# four bodies of public repositories that were found; there the output is its images and text, too, as nowhere stated.
IMAGE_ACCOUNTING: Final = (
    Total("total_tokens", of=("input_tokens", "output_tokens")),
    Whole("input_tokens", parts=("input_tokens_details.image_tokens", "input_tokens_details.text_tokens")),
    Part("input_tokens_details.image_tokens", whole="input_tokens"),
    Part("input_tokens_details.text_tokens", whole="input_tokens"),
    Part("output_tokens_details.image_tokens", whole="output_tokens"),
    Part("output_tokens_details.text_tokens", whole="output_tokens"),
)

LATER_CACHE_WRITE: Final = Divergence(
    path="usage.input_tokens_details.cache_write_tokens",
    why="required since openai 2.45.0 of 2026-07-09, and absent in 217 of 252 recorded bodies",
    source="openai-python, types/responses/response_usage.py; bodies recorded by pydantic/genai-prices@47df840",
)

# The examples are those of the OpenAPI document.

CHAT_COMPLETIONS = Contract(
    name="openai/chat_completions",
    source=read_in("CompletionUsage"),
    usage=CompletionUsage,
    endpoints=(
        chat_at("/v1/chat/completions", HOSTS),
        chat_at("/openai/v1/chat/completions", BEDROCK_HOSTS),
        # A stored completion, read again or described anew.
        *(
            Endpoint(
                method=method,
                path="/v1/chat/completions/{completion_id}",
                hosts=HOSTS,
                presence="unknown",
                body=CHAT,
            )
            for method in ("GET", "POST")
        ),
    ),
    accounting=COMPLETION_ACCOUNTING,
    dialect=COMPLETION_DIALECT,
    example={
        "prompt_tokens": 19,
        "completion_tokens": 10,
        "total_tokens": 29,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    },
    default=True,
)

RESPONSES = Contract(
    name="openai/responses",
    source=read_in("ResponseUsage"),
    usage=ResponseUsage,
    endpoints=(*responses_below("/v1", HOSTS), *responses_below("/openai/v1", BEDROCK_HOSTS)),
    accounting=RESPONSE_ACCOUNTING,
    dialect=RESPONSE_DIALECT,
    example={
        "input_tokens": 36,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 87,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 123,
    },
    erratum=(
        "two examples of the documentation, of streaming and of functions, have no input_tokens_details, which it "
        "requires"
    ),
    divergences=(LATER_CACHE_WRITE,),
)

COMPLETIONS = Contract(
    name="openai/completions",
    source=read_in("CompletionUsage"),
    usage=CompletionUsage,
    endpoints=(
        Endpoint(path="/v1/completions", hosts=HOSTS, presence="unknown", stream=_chunks(TEXT_CHUNKS), body=TEXT),
    ),
    accounting=COMPLETION_ACCOUNTING,
    dialect=COMPLETION_DIALECT,
    example={"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
)

EMBEDDINGS = Contract(
    name="openai/embeddings",
    source=read_in("CreateEmbeddingResponse.Usage"),
    usage=EmbeddingUsage,
    endpoints=(Endpoint(path="/v1/embeddings", hosts=HOSTS, presence="required", body=EMBEDDINGS_BODY),),
    # There is nothing else that a request for embeddings spends; so in 3 of 3 recorded bodies.
    accounting=(Total("total_tokens", of=("prompt_tokens",)),),
    dialect=Dialect(input="prompt_tokens", total="total_tokens"),
    example={"prompt_tokens": 8, "total_tokens": 8},
)


def _images(call: str, event: str) -> Contract:
    # In a stream the usage is required, and has no output_tokens_details (ImageGenCompletedEvent).
    completed = Framing(terminal={"type": (f"{event}.completed",)}, named=True, events=_image_events(event), done=False)
    return Contract(
        name=f"openai/images_{call}",
        source=read_in("ImagesResponse.Usage"),
        usage=ImageUsage,
        endpoints=(
            Endpoint(path=f"/v1/images/{call}", hosts=HOSTS, presence="unknown", stream=completed, body=IMAGES),
        ),
        accounting=IMAGE_ACCOUNTING,
        dialect=Dialect(input="input_tokens", output="output_tokens", total="total_tokens"),
        example={
            "total_tokens": 100,
            "input_tokens": 50,
            "output_tokens": 50,
            "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
        },
    )


IMAGES_GENERATIONS = _images("generations", "image_generation")
IMAGES_EDITS = _images("edits", "image_edit")

AUDIO_TRANSCRIPTIONS = Contract(
    name="openai/audio_transcriptions",
    source=read_in("Transcription.Usage"),
    usage=TranscriptionUsage,
    endpoints=(
        # `response_format` may ask for a text, or for subtitles (srt, vtt). Those in JSON differ in which of the two
        # objects they may have: of verbose_json it is the duration.
        Endpoint(
            path="/v1/audio/transcriptions",
            hosts=HOSTS,
            presence="unknown",
            stream=Framing(
                terminal={"type": ("transcript.text.done",)},
                presence="unknown",
                named=True,
                events=TRANSCRIPT_EVENTS,
                done=False,
            ),
            text=True,
            body={"text": "Hello!"},
        ),
    ),
    accounting=(
        Total("total_tokens", of=("input_tokens", "output_tokens")),  # "input + output"
        Part("input_token_details.audio_tokens", whole="input_tokens"),
        Part("input_token_details.text_tokens", whole="input_tokens"),
    ),
    dialect=Dialect(input="input_tokens", output="output_tokens", total="total_tokens"),
    example={
        "type": "tokens",
        "input_tokens": 14,
        "input_token_details": {"text_tokens": 0, "audio_tokens": 14},
        "output_tokens": 45,
        "total_tokens": 59,
    },
    erratum="the documentation's example of a stream has no type, which it requires",
    divergences=(
        Divergence(
            path="usage.type",
            why="the documentation's own example of a stream has none",
            source="openai/openai-openapi@f85dbe2, createTranscription",
        ),
    ),
)

CONTRACTS = (
    CHAT_COMPLETIONS,
    RESPONSES,
    COMPLETIONS,
    EMBEDDINGS,
    IMAGES_GENERATIONS,
    IMAGES_EDITS,
    AUDIO_TRANSCRIPTIONS,
)
