"""Spans that book a usage, and the exchange that each tells of.

A span tells of the response whose id it carries; without one, of the last answer that came while it was open (what
came before that was tried again); else of the only answer there is. A span that sums up what spans within it book is
held against nothing: each of those is. Of a span nothing is kept but what it books, its own number and its parent's,
and the id of the response.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from threading import RLock
from typing import Any, Final, NamedTuple, cast

from pytest_usage_contract.capture.span_ends import SpanWatch, current_span
from pytest_usage_contract.core.booked import read_booked
from pytest_usage_contract.core.booking import compare, find_doubtful
from pytest_usage_contract.core.booking_words import WORDS
from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.stream import usages_of
from pytest_usage_contract.session.captured import Captured

NAMES: Final = WORDS["otel"].keys()
"""The names that a span books under."""


GATHERING: Final = frozenset({"invoke_agent", "invoke_workflow", "create_agent", "plan", "execute_tool"})
"""Operations that may take many requests to a model.

Source: OpenTelemetry semantic conventions for GenAI agents and frameworks, `gen_ai.operation.name`.
"""

GATHERING_KINDS: Final = frozenset({"AGENT", "CHAIN", "TOOL"})
"""The same of OpenInference. Source: its semantic conventions, `openinference.span.kind`."""

MOST: Final = 10_000
"""Spans whose parents are remembered."""

_ID: Final = rb'"(?:id|responseId|response_id|generation_id)"\s*:\s*'
_IDENTIFIED: Final = re.compile(_ID + rb'"')
"""An id in a body; that of the response before, which OpenAI names there, too, is none."""


class Span(NamedTuple):
    """A span that has ended, by its number, that of its *parent*, or 0, and that of the *provider* that made it.

    *gathers* says that it may speak of many responses.
    """

    number: int
    parent: int
    provider: int
    response_id: str
    gathers: bool
    booked: dict[str, object]

    @classmethod
    def of(cls, span: Any) -> "Span":
        """Read a span of opentelemetry-sdk."""
        told, parent = span.attributes or {}, span.parent
        identity = told.get("gen_ai.response.id")
        operation, kind = told.get("gen_ai.operation.name"), told.get("openinference.span.kind")
        return cls(
            number=span.get_span_context().span_id,
            parent=parent.span_id if parent else 0,
            provider=id(span.resource),
            response_id=identity if isinstance(identity, str) else "",
            gathers=operation in GATHERING or kind in GATHERING_KINDS,
            booked={name: value for name, value in told.items() if name in NAMES},
        )

    @property
    def ledgers(self) -> set[tuple[int, str]]:
        """Return where it books: by which provider, and in which convention; who reads one does not count another."""
        return {(self.provider, ".".join(name.split(".")[:2])) for name in self.booked}

    def is_named_in(self, exchange: Captured) -> bool:
        """Tell whether the id that the span carries stands in the body of an exchange."""
        return re.search(_ID + re.escape(json.dumps(self.response_id).encode()), exchange.body) is not None

    def may_tell_of(self, exchange: Captured) -> bool:
        """Tell whether no id speaks against it."""
        return not self.response_id or not _IDENTIFIED.search(exchange.body)


class Spans:
    """All spans that end, from start to stop; *book* takes those that may tell of a response."""

    def __init__(self, book: Callable[[Span], None], trouble: Callable[[Exception], None]) -> None:
        self._book = book
        self._parents: dict[int, int] = {}
        """The parents of those that have ended, the latest `MOST` of them, by their numbers."""
        self.counts: Counter[str] = Counter()
        """Spans that book a usage and sum up no others, and of these those that were held against a response."""
        self._lock = RLock()  # reentrant: the garbage collector may end a span
        watch = SpanWatch(self._end, trouble)
        self.start, self.stop, self.current = watch.start, watch.stop, current_span

    def _end(self, ended: object) -> None:
        span = Span.of(ended)
        with self._lock:
            self._parents[span.number] = span.parent
            if len(self._parents) > MOST:
                del self._parents[next(iter(self._parents))]
        if span.booked or span.response_id:
            self._book(span)

    def bookings(self) -> "Bookings":
        """Return the spans of one attempt, of which there are none yet."""
        return Bookings(self.around, self.counts)

    def around(self, number: int) -> Iterator[int]:
        """Yield a span, its parent, and so on, as far as they have ended."""
        passed: set[int] = set()
        while number and number not in passed:
            yield number
            passed.add(number)
            number = self._parents.get(number, 0)


class Bookings:
    """The spans of one attempt at a test, and the exchanges that they tell of."""

    def __init__(self, around: Callable[[int], Iterator[int]], counts: Counter[str]) -> None:
        self._around, self._counts = around, counts
        self._waiting: list[Span] = []
        self._summed: set[tuple[int, tuple[int, str]]] = set()
        """The spans around those that book, with the ledger of these."""
        self._told: defaultdict[Captured, list[Span]] = defaultdict(list)

    def add(self, span: Span) -> None:
        """Keep a span that books something, or that names a response."""
        self._waiting.append(span)
        self._counts["seen"] += bool(span.booked)

    def hold(self, captured: Iterable[Captured], *, alone: bool) -> None:
        """Hold what has ended against the exchange that it tells of, and add what is found to the verdict on it.

        A span that could tell of any is held against the only exchange there is if that is *alone*: nothing else
        was received. What tells of no exchange waits for one.
        """
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        exchanges = [each for each in captured if each.verdict is not None]
        within: defaultdict[int, list[Captured]] = defaultdict(list)
        for each in exchanges:
            for number in self._around(each.caller[2]):
                within[number].append(each)
        self._summed.update(
            (around, ledger) for span in waiting for around in self._around(span.parent) for ledger in span.ledgers
        )
        changed = set()
        for span in waiting:
            sums = any((span.number, ledger) in self._summed for ledger in span.ledgers)
            if sums and (span.gathers or not span.response_id):
                self._counts["seen"] -= 1
                continue
            found = self._find(span, within[span.number], exchanges)
            if found is None:
                self._waiting.append(span)
            else:
                self._tell(found, span)
                changed.add(found)
        changed.update(self._hold_last(exchanges) if alone else ())
        for each in changed:
            self._compare(each)

    def _tell(self, exchange: Captured, span: Span) -> None:
        self._told[exchange].append(span)
        self._counts["held"] += bool(span.booked)

    def _find(self, span: Span, within: list[Captured], exchanges: list[Captured]) -> Captured | None:
        """Return the exchange that *span* tells of, by its id, or else because it came *within*."""
        if span.response_id:
            for among in (within, exchanges):
                if named := [each for each in among if span.is_named_in(each)]:
                    return self._choose(span, named)
        if not span.booked:
            return None
        possible = [each for each in within if span.may_tell_of(each)]
        counted = [each for each in possible if each.has_usage] or possible
        return counted[-1] if counted and not (span.gathers and len(counted) > 1) else None

    def _choose(self, span: Span, named: list[Captured]) -> Captured:
        """Return, of those of one id, the first with a usage that is not in the ledgers of *span* yet, or the last."""
        counted = [each for each in named if each.has_usage] or named
        for each in counted:
            if all(span.ledgers.isdisjoint(other.ledgers) for other in self._told.get(each, ())):
                return each
        return counted[-1]

    def _hold_last(self, exchanges: list[Captured]) -> Iterator[Captured]:
        """Yield the only exchange that no span tells of, where one span is left that could."""
        untold = [each for each in exchanges if each not in self._told]
        untold = [each for each in untold if each.has_usage] or untold
        if len(untold) == 1:
            sole = [span for span in self._waiting if not span.gathers] if exchanges[1:] else self._waiting
            spans = [span for span in sole if span.booked and span.may_tell_of(untold[0])]
            if len(spans) == 1:
                self._waiting.remove(spans[0])
                self._tell(untold[0], spans[0])
                yield untold[0]

    def _compare(self, exchange: Captured) -> None:
        """Add what is wrong with the bookings of one exchange to its verdict, and a note of what was not compared."""
        verdict = cast("Verdict", exchange.verdict)  # what has none is told of by no span
        framing = exchange.place.endpoint.stream  # type: ignore[union-attr]  # whatever has a verdict has a contract
        booking = [span for span in self._told[exchange] if span.booked]
        rows = [read_booked(span.booked) for span in booking] or [read_booked({})] * exchange.has_usage
        usages = partial(usages_of, framing, exchange.body) if framing else tuple
        found = [finding for row in rows for finding in compare(row, verdict, usages)]
        for (_, convention), number in Counter(ledger for span in booking for ledger in span.ledgers).items():
            if number > 1:
                message = f"{number} spans of one provider book this response, as {convention}.*"
                found.append(Finding(verdict.contract, "booked-twice", "usage", "1 span", f"{number} spans", message))
        new = [finding for finding in found if finding not in verdict.findings]
        notes = [verdict.note, *(note for row in rows if (note := find_doubtful(row, verdict)) not in verdict.note)]
        note = "; ".join(filter(None, dict.fromkeys(notes)))
        exchange.verdict = verdict._replace(findings=(*verdict.findings, *new), note=note)
