"""The traps: which there are for which dialect, and that no wrong booking of one gets away with it."""

from dataclasses import replace
from itertools import combinations

import pytest
from toy import STREAM, TOY

from pytest_usage_contract import contracts, examples
from pytest_usage_contract.core.accounting import Beside, Part, Total
from pytest_usage_contract.core.booked import read_booked
from pytest_usage_contract.core.booking import compare
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.exchange import Representation
from pytest_usage_contract.core.tokens import Dialect
from pytest_usage_contract.mocks.answers import make_chunks, media_type
from pytest_usage_contract.payloads.traps import LAST_CHUNK

NAMES = ("cached", "cache-written", "reasoning-outside", "zero-is-not-absent", "absent-details", LAST_CHUNK)
DIALECT = Dialect(
    input="input_tokens",
    output="output_tokens",
    total="total_tokens",
    cache_read="input_details.cached_tokens",
    reasoning="output_details.reasoning_tokens",
)
RUNNING = replace(
    STREAM,
    carriers={},
    events=({"type": "created", "usage": None}, {"type": "completed", "response": {"usage": None}}),
)
OURS = {name: name for name in ("input", "cache_read", "cache_creation", "output", "reasoning")}

INSIDE = replace(TOY, dialect=DIALECT)
BESIDE = replace(INSIDE, accounting=(Beside("output_details.reasoning_tokens", headline="output_tokens"),))
UNSAID = replace(INSIDE, accounting=(Total("total_tokens", of=("input_tokens", "output_tokens")),))
WRITTEN = replace(
    TOY,
    dialect=Dialect(input="input_tokens", cache_creation="tool_tokens"),
    accounting=(Part("tool_tokens", whole="input_tokens"),),
)
STREAMED = replace(TOY, dialect=DIALECT, endpoints=(replace(TOY.documented, stream=RUNNING),))
LEFT_OUT = replace(INSIDE, dialect=replace(DIALECT, zeros=(DIALECT.cache_read, DIALECT.reasoning)))

KNOWN = {
    "no dialect": (TOY, ()),
    "parts inside": (INSIDE, ("cached", "zero-is-not-absent", "absent-details")),
    "reasoning beside": (BESIDE, ("reasoning-outside", "zero-is-not-absent", "absent-details")),
    "parts of which nobody says where they lie": (UNSAID, ("zero-is-not-absent", "absent-details")),
    "a part that is written": (WRITTEN, ("cache-written", "zero-is-not-absent", "absent-details")),
    "zeros that are left out": (LEFT_OUT, ("cached",)),
    "a usage in several events": (STREAMED, ("cached", "zero-is-not-absent", "absent-details", LAST_CHUNK)),
}


def traps(contract):
    return {case.name: case for case in examples(contract) if case.name in NAMES}


@pytest.mark.parametrize("contract, names", KNOWN.values(), ids=KNOWN)
def test_a_trap_is_there_where_the_dialect_has_it(contract, names):
    assert tuple(traps(contract)) == names


def test_a_trap_has_what_it_is_about_and_no_other_part():
    tokens = {name: case.tokens for name, case in traps(INSIDE).items()}
    assert (tokens["cached"].cache_read, tokens["cached"].reasoning) == (17, None)
    assert (tokens["zero-is-not-absent"].cache_read, tokens["zero-is-not-absent"].reasoning) == (0, 0)
    assert (tokens["absent-details"].cache_read, tokens["absent-details"].reasoning) == (None, None)
    assert {case.tokens.input for case in traps(INSIDE).values()} == {24}


CASES = [pytest.param(contract, case, id=str(case)) for contract in contracts() for case in traps(contract).values()]


@pytest.mark.parametrize("contract, case", CASES)
def test_a_wrong_booking_of_a_trap_is_another_number_with_a_reason(contract, case):
    verdict, tokens = checker(contract).check(case.usage), case.tokens
    assert compare(read_booked({name: getattr(tokens, name) for name in OURS}, OURS), verdict) == ()
    for headline, names in (("input", ("cache_read", "cache_creation")), ("output", ("reasoning",))):
        count = getattr(tokens, headline)
        parts = [part for name in names if (part := getattr(tokens, name))] if count else []
        wrong = {count + sign * sum(some) for n in (1, 2) for some in combinations(parts, n) for sign in (1, -1)}
        assert len(wrong) == 2 * sum(len([*combinations(parts, n)]) for n in (1, 2))
        for number in wrong:
            (found,) = compare(read_booked({headline: number}, OURS), verdict)
            assert (found.code, found.message.count("; ")) == ("booked-mismatch", 1)


@pytest.mark.parametrize("contract", [one for one in contracts() if LAST_CHUNK in traps(one)], ids=str)
def test_the_last_chunk_wins_over_an_earlier_one(contract):
    case = traps(contract)[LAST_CHUNK]
    (place, *_) = [endpoint for endpoint in contract.endpoints if endpoint.stream]
    stream = b"".join(make_chunks(place, place.stream, case.usage, True, case.earlier))
    told = Representation(media_type(place.stream))
    verdict = check_bytes(contract, stream, endpoint=place, representation=told, demand=True)
    assert (verdict.findings, verdict.tokens) == ((), case.tokens)
    earlier = checker(contract).check(case.earlier).tokens
    assert len({case.tokens.output, earlier.output, case.tokens.output + earlier.output}) == 3


@pytest.mark.parametrize("contract", contracts(), ids=str)
def test_an_example_tells_the_tokens_that_it_means(contract):
    assert [case.name for case in examples(contract) if checker(contract).check(case.usage).tokens != case.tokens] == []
