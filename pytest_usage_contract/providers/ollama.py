"""Ollama: what `ollama` documents of the counts in its own, native answers."""

from datetime import date
from typing import Any, Final

from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Framing, Source
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.core.usage import ABSENT, MayBeAbsent, PerhapsNull, Usage

HOSTS: Final = ("127.0.0.1:11434", "localhost:11434")


class ChatUsage(Usage):
    prompt_eval_count: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens of the prompt that were evaluated."""
    eval_count: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """Tokens that were generated."""
    total_duration: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """The time of the whole call, in nanoseconds."""
    load_duration: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """The time to load the model, in nanoseconds."""
    prompt_eval_duration: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """The time to evaluate the prompt, in nanoseconds."""
    eval_duration: MayBeAbsent[PerhapsNull[int]] = ABSENT
    """The time to generate, in nanoseconds."""


CHAT: Final[dict[str, Any]] = {
    "model": "llama3.2",
    "created_at": "2026-09-20T09:30:00.000000Z",
    "message": {"role": "assistant", "content": "Hello!"},
    "done": True,
    "done_reason": "stop",
}

LINES: Final[tuple[dict[str, Any], ...]] = (
    {**{name: value for name, value in CHAT.items() if name != "done_reason"}, "done": False},
    {**CHAT, "message": {"role": "assistant", "content": ""}},
)

CHAT_NATIVE = Contract(
    name="ollama/chat",
    default=True,
    source=Source(document="ChatResponse", package="ollama", version="0.6.3", read=date(2026, 11, 28)),
    usage=ChatUsage,
    endpoints=(
        # Everything is optional in the class, and of null it says nothing. A server streams unless the request says
        # `"stream": false`: an object on each line, the counts in the one that is done, or else one with an error.
        Endpoint(
            path="/api/chat",
            hosts=HOSTS,
            at=TOP,
            presence="unknown",
            stream=Framing(
                at=(TOP,),
                terminal={"done": (True,)},
                presence="unknown",
                lines=True,
                events=LINES,
                done=False,
            ),
            body=CHAT,
        ),
    ),
    # Whether a prompt that was read from a cache counts is not said.
    dialect=Dialect(input="prompt_eval_count", output="eval_count"),
)

CONTRACTS = (CHAT_NATIVE,)
