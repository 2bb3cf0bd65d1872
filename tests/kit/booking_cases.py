"""The answers that every package is given to book: one table for all, with the traps of each provider's dialect."""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pytest_usage_contract import check_usage, find_contract
from pytest_usage_contract.mocks.answers import make_body, make_chunks

TABLE = Path(__file__).parents[1] / "booking" / "cases.json"


@dataclass(frozen=True)
class Case:
    """An answer under a *contract* that tells this *usage*, as a body and as a stream."""

    contract: str
    name: str
    usage: Mapping[str, Any]

    @property
    def is_stream(self) -> bool:
        """Tell whether the caller asks for a stream; an SDK may ask for one by itself."""
        return self.name == "streamed"

    @property
    def tokens(self) -> dict[str, int | float]:
        """What the wire says, in the words of OpenTelemetry, where it says it."""
        tokens = asdict(check_usage({**self.usage}, self.contract).tokens)
        return {name: count for name, count in tokens.items() if count is not None}

    @property
    def body(self) -> bytes:
        """The body that the mocks of the contract answer with."""
        return self._name_answer(make_body(find_contract(self.contract).endpoints[0], self.usage))

    @property
    def events(self) -> bytes:
        """The server-sent events of the mocks; the first tells fewer tokens of output, as in a real stream."""
        endpoint = next(endpoint for endpoint in find_contract(self.contract).endpoints if endpoint.stream)
        first, *others = make_chunks(endpoint, endpoint.stream, self.usage, stream=True)
        if self.contract in BEGINNINGS:
            begun = BEGINNINGS[self.contract](self.usage)
            first = make_chunks(endpoint, endpoint.stream, begun, stream=True)[0]
        return self._name_answer(b"".join((first, *others)))

    @property
    def answer(self) -> bytes:
        """What the caller gets; the stream of Bedrock, which is binary, amounts to its body."""
        return self.events if self.is_stream and self.events else self.body

    def _name_answer(self, content: bytes) -> bytes:
        """Return *content* under an id of its own, since some packages remember an id, and from a model with a price."""
        number = f"{zlib.crc32(self.name.encode()):08x}".encode()
        content = re.sub(rb'"((?:chatcmpl-|resp_|msg_)\w+)\w{8}"', rb'"\g<1>%s"' % number, content)
        return content.replace(b"gemini-3-flash", b"gemini-2.5-flash")


BEGINNINGS = {
    "anthropic/messages": lambda usage: {
        "input_tokens": usage["input_tokens"],
        "cache_creation_input_tokens": usage["cache_creation_input_tokens"],
        "cache_read_input_tokens": usage["cache_read_input_tokens"],
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage["cache_creation_input_tokens"],
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": 2,
    },
    "gemini/generate_content": lambda usage: {
        **usage,
        "candidatesTokenCount": usage["candidatesTokenCount"] - 40,
        "totalTokenCount": usage["totalTokenCount"] - 40,
    },
}
"""The usage at the beginning of a stream: Anthropic's and Gemini's tell it more than once, and the last word counts."""

CASES = tuple(
    Case(contract, name, usage)
    for contract, usages in json.loads(TABLE.read_text(encoding="utf-8")).items()
    for name, usage in usages.items()
)
