"""Perplexity: what `perplexityai` documents about the usage of chats (Sonar).

No sum is stated, nor whether a headline holds the tokens of citations and reasoning; of null nothing is said.
"""

from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import ABSENT, Amount, MayBeAbsent, PerhapsNull, Usage
from pytest_usage_contract.providers.openai import CHAT, CHAT_CHUNKS, answers_of


class Cost(Usage):
    input_tokens_cost: Amount
    """What the input cost."""
    output_tokens_cost: Amount
    """What the output cost."""
    total_cost: Amount
    """What the request cost."""
    citation_tokens_cost: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """What the tokens of citations cost."""
    reasoning_tokens_cost: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """What the tokens of reasoning cost."""
    request_cost: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """The flat price of the request, only where it is completed."""
    search_queries_cost: MayBeAbsent[PerhapsNull[Amount]] = ABSENT
    """What the searches cost."""


class UsageInfo(Usage):
    completion_tokens: int
    """Tokens in the completion."""
    cost: Cost
    """What the request cost, by what was used; in a stream all zero before the end."""
    prompt_tokens: int
    """Tokens in the prompt."""
    total_tokens: int
    """Tokens of the whole request."""
    citation_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of citations."""
    num_search_queries: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Searches that were made."""
    reasoning_tokens: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens that the model spent on reasoning."""
    search_context_size: MayBeAbsent[PerhapsNull[str]] = ABSENT
    """How much of the results of a search was used."""


# Whole answers without their usage, for mocks: `Choice` has a message and a delta, in a chunk, too.


def _as_sonar(*answers: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    both = {"message": {"role": "assistant", "content": "Hello!"}, "delta": {"role": "assistant", "content": ""}}
    return tuple(
        {**answer, "choices": [{**both, **choice} for choice in answer["choices"]]}
        for answer in answers_of("sonar-pro", *answers)
    )


COMPLETION, *CHUNKS = _as_sonar(CHAT, *CHAT_CHUNKS[:2])
ADDRESS: Final = "api.perplexity.ai"

CHAT_COMPLETIONS = Contract(
    name="perplexity/chat_completions",
    source=Source(document="UsageInfo", package="perplexityai", version="0.46.1", read=date(2026, 11, 28)),
    usage=UsageInfo,
    endpoints=(
        Endpoint(
            path="/chat/completions",
            hosts=(ADDRESS,),
            presence="unknown",
            # `StreamChunk.usage` is optional; `Cost.request_cost` speaks of interim chunks that have one, too. Whether
            # `[DONE]` ends the stream is unknown.
            stream=Framing(
                terminal={"choices[].finish_reason": (...,)},
                carriers={},
                may_follow=True,
                presence="unknown",
                events=tuple(CHUNKS),
                done=False,
            ),
            body=COMPLETION,
        ),
    ),
    dialect=Dialect(
        input="prompt_tokens",
        output="completion_tokens",
        total="total_tokens",
        reasoning="reasoning_tokens",  # nobody says whether it lies inside
    ),
    default=True,
)

CONTRACTS = (CHAT_COMPLETIONS,)
