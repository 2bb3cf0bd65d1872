"""Every code a finding can carry, its kind and what it means; code, command line, docs and tests read this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal, get_args

Kind = Literal["schema", "accounting", "drift", "booking"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""In the order in which findings are listed: a broken promise, a contradiction, a novelty, a wrong booking."""

PAGE: Final = "https://github.com/pytest-usage-contract/pytest-usage-contract/blob/main/docs/reference/codes.md"
"""The page that has a heading for every code."""


@dataclass(frozen=True, slots=True)
class Code:
    """One line of the table: *name* is stable and kebab-case, *meaning* is one sentence.

    *example* is the path and the message of such a finding, *cause* the usual one, *remedy* what to do about it.
    """

    name: str
    kind: Kind
    meaning: str
    example: str
    cause: str
    remedy: str

    @property
    def docs(self) -> str:
        """The address of the documentation of this code."""
        return f"{PAGE}#{self.name}"


CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        code.name: code
        for code in (
            Code(
                "no-usage",
                "schema",
                "the response carries no usage where there must be one",
                "usage: absent, documented as an object at usage",
                "the provider, or a gateway before it, left the usage out; or the test demands what may be absent",
                "ask for the usage where the API has a switch for it, and let the code book unknown, not zero",
            ),
            Code(
                "missing-field",
                "schema",
                "a field that the documentation requires is absent",
                "usage.output_tokens: absent, documented as a number",
                "a model or a gateway that does not count this, or a mock that was written by hand",
                "read it as unknown, never as 0; answer with `usage_mock` where a mock left it out",
            ),
            Code(
                "null-value",
                "schema",
                "a field is null where the documentation does not allow null",
                "usage.input_tokens_details: null, documented as an object",
                "a server that writes null for what it did not count",
                "let the code take null for unknown, and tell the provider; the baseline can hold it until then",
            ),
            Code(
                "wrong-type",
                "schema",
                "a value has another JSON type than the documented one",
                'usage.total_tokens: string "47", documented as a number',
                "a proxy or a cache that writes numbers as text, or an API that has changed",
                "compare it with the raw body: an SDK may have coerced it, or given an empty usage for it",
            ),
            Code(
                "non-finite-number",
                "schema",
                "a number is NaN, infinite, or too large to be read as a number",
                "usage.total_tokens: NaN, documented as a number",
                "a division by zero, or an overflow, in what counts the tokens; JSON itself has no such number",
                "do not add it up; tell whoever runs that server",
            ),
            Code(
                "sdk-spelling",
                "schema",
                "a name is spelled as an SDK shows it, not as the wire carries it",
                'usage.total_tokens: spelled "totalTokens" as an SDK does, on the wire it is "total_tokens"',
                "a mock or a recording that was made from an SDK's object instead of the response",
                "record the bytes of the response, or answer with `usage_mock`",
            ),
            Code(
                "error-body",
                "schema",
                "a 2xx response carries an error object instead of a usage",
                "$.error: the response has succeeded, yet carries an error (code 502) and no usage",
                "a gateway that answers 200 before it knows that the provider has failed",
                "look for `error` in a body before its usage is read",
            ),
            Code(
                "not-json",
                "schema",
                "the body, or the part of it that carries the usage, is not JSON",
                "$: not JSON: expected value at line 1 column 1; its content type is text/html",
                "an error page of a proxy, a body that was cut off, or one in an encoding that nobody has undone",
                "look at the body and its content type; install the decoder if its content-encoding is named",
            ),
            Code(
                "no-terminal-usage",
                "schema",
                "a stream ended, or was cut, before its usage came",
                "usage: the stream was over before the event that ends it",
                "a connection that broke, or a stream that was asked for without its usage",
                "ask for the usage of streams where the API has a switch for it, and book a cut stream as unknown",
            ),
            Code(
                "total-mismatch",
                "accounting",
                "a total is not the sum of the counts it is documented to add up",
                "usage.total_tokens: input_tokens + output_tokens = 12 + 35 = 47, is 48",
                "tokens that only the total has (reasoning, tools), or counts of different requests",
                "book the parts or the total, and say which; let the run fail on `accounting` where money follows",
            ),
            Code(
                "part-exceeds-whole",
                "accounting",
                "a count is larger than the count it is a part of",
                "usage.input_tokens_details.cached_tokens: at most input_tokens = 12, is 128",
                "a provider that counts the cache beside the input rather than inside it",
                "do not subtract the part from the whole before that is settled: it would become negative",
            ),
            Code(
                "parts-mismatch",
                "accounting",
                "the parts of a count do not add up to it",
                "usage.input_tokens: text_tokens + image_tokens = 10 + 100 = 110, is 120",
                "a part that the documentation does not name, or a count that was rounded",
                "book the whole, and look for the part that is missing among the undocumented fields",
            ),
            Code(
                "negative-count",
                "accounting",
                "a count is below zero",
                "usage.output_tokens: number -1, a count is not below zero",
                "-1 written for unknown, or a difference that was taken the wrong way round",
                "do not book it; -1 and 0 and absent are different things",
            ),
            Code(
                "fractional-count",
                "accounting",
                "a count is not a whole number",
                "usage.total_tokens: number 165.5, a count is whole",
                "an estimate, an average, or a price in the place of a count",
                "do not round it before it is clear what it counts",
            ),
            Code(
                "decreasing-count",
                "accounting",
                "a count of a stream became smaller from one event to a later one",
                "usage.output_tokens: was number 35, then number 12; the counts of a stream are cumulative",
                "a stream whose events count for themselves, or whose last event begins anew",
                "take the last value, and compare the sum with what is billed",
            ),
            Code(
                "stream-mismatch",
                "accounting",
                "the stream and the plain answer to one call differ in their fields",
                "usage.output_tokens_details: present in the plain answer, absent in the stream",
                "a gateway that writes one of the two itself",
                "book only what both have, or book the two apart",
            ),
            Code(
                "undocumented-field",
                "drift",
                "the usage carries a field that the documentation does not name",
                "usage.cost: number 0.0012, not documented",
                "the API has grown since its documentation was read",
                "see whether it is billed; read the newer documentation, or ignore or accept the field",
            ),
            Code(
                "misplaced-usage",
                "drift",
                "a usage stands where the documentation does not put it",
                "$.response.usage: a usage stands here, documented at usage",
                "an envelope that a gateway has put around the answer, or an event that counts too early",
                "make sure that the code reads the documented place, and counts nothing twice",
            ),
            Code(
                "booked-mismatch",
                "booking",
                "a count was booked that is not what the response said",
                "gen_ai.usage.input_tokens: booked 7, the response says 10000; less by cache_read = 9993",
                "a booking made for one provider's dialect, and used for another's; a chunk taken for the stream",
                "book what `verdict.tokens` says, or tell with *words* what the names of the booking mean",
            ),
            Code(
                "booked-missing",
                "booking",
                "a response was not booked, or nothing that was booked can be held against it",
                "usage: neither input nor output was booked; there are model and prompt",
                "a booking that waits for a field or an event that did not come, or an error that was swallowed",
                "book every response, also one that was cut or tells no usage: as unknown, never as 0",
            ),
            Code(
                "booked-twice",
                "booking",
                "a response was booked more than once",
                "usage: rows 0 and 2 are of one response: input 12, output 5",
                "a retry, a callback that fires per event, or a wrapper and what it wraps that both book",
                "book once, where the response ends, by its id",
            ),
        )
    }
)


def find_code(name: str) -> Code:
    """Return the code called *name*; raise `LookupError`, which says what there is, where there is none."""
    if name in CODES:
        return CODES[name]
    near = get_close_matches(name, CODES, n=1)
    hint = f", did you mean {near[0]!r}?" if near else ""
    raise LookupError(f"no code is called {name!r}{hint} (there are {', '.join(CODES)})")
