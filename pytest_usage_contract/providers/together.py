"""Together: what `together` documents about the usage of chats.

That is three counts, and nothing of what they mean: no sum is stated, and of null nothing said.
"""

from datetime import date
from typing import Final

from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, answers_of

# The client's base; where the client of today sends chats that are given no base; and the base of older clients.
HOSTS: Final = ("api.together.ai", "api-inference.together.ai", "api.together.xyz")


class ChatCompletionUsage(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of the whole request."""


# Whole answers without their usage, for mocks.
COMPLETION, *CHUNKS = answers_of("openai/gpt-oss-20b", CHAT, *CHAT_CHUNKS[:2])

CHAT_COMPLETIONS = Contract(
    name="together/chat_completions",
    source=Source(document="ChatCompletionUsage", package="together", version="3.1.1", read=date(2026, 11, 28)),
    usage=ChatCompletionUsage,
    endpoints=(
        Endpoint(
            path="/v1/chat/completions",
            hosts=HOSTS,
            presence="unknown",
            # `ChatCompletionChunk.usage` is optional. Which chunk has it, and whether it must be asked for, is unknown.
            stream=Framing(
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                presence="unknown",
                events=tuple(CHUNKS),
            ),
            body=COMPLETION,
        ),
    ),
    dialect=Dialect(input="prompt_tokens", output="completion_tokens", total="total_tokens"),
    default=True,
)

CONTRACTS = (CHAT_COMPLETIONS,)
