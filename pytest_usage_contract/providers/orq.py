"""Orq: what `orq-ai-sdk` and `@orq-ai/node` document about the usage of deployments and images."""

from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.accounting import Part, Total, Whole
from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Count, MayBeAbsent, Usage

HOSTS = ("my.orq.ai", "api.orq.ai")
READ = date(2026, 11, 21)


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
    """The endpoint as documented, and where it has moved since, with the usage unchanged."""
    return tuple(
        Endpoint(path=f"/v2/{prefix}/images/{call}", hosts=HOSTS, body=IMAGES)
        for prefix in ("proxy", "gateway", "router")
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

CONTRACTS = (DEPLOYMENTS_INVOKE, IMAGES_GENERATIONS, IMAGES_EDITS)
