"""The fast lane and the full check come to the same on every line, and what can be proved is proved by the lane."""

import json
import random
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import Field, RootModel
from toy import KEPT, TOY

from pytest_usage_contract import (
    ABSENT,
    Count,
    MayBeAbsent,
    Usage,
    counterexamples,
    examples,
)
from pytest_usage_contract.audit import fast_lines, judge_part as judging
from pytest_usage_contract.audit.fast_lines import MOST_SHAPES, FastLane
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.lines import Lane
from pytest_usage_contract.audit.partial import dump_partial, merge_partials
from pytest_usage_contract.audit.plan import Part, Plan
from pytest_usage_contract.audit.reading import Reading
from pytest_usage_contract.audit.typed_usage import Untyped, write_sift
from pytest_usage_contract.core.accounting import Breach
from pytest_usage_contract.core.body import LARGEST, LAST_COUNTS
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.providers.registry import contracts, register

BESIDE = {
    "id": "resp_1",
    "text": 'Hello — \\ "ok"\n',
    "numbers": [0, -1.5, 1e3],
    "nothing": None,
    "deep": [[{"a": []}]],
}

ODD = [
    '{%s, "x": ' + "[" * 300 + "]" * 300 + "}",
    '{%s, "x": ' + "[" * 5000 + "]" * 5000 + "}",
    '{%s, "x": ' + "9" * 5000 + "}",
    '{%s, "x": "\\ud800"}',
    '{%s, "x": "\\x"}',
    '{%s, "x": NaN}',
    '{%s, "x": 1e999}',
    '{%s, "x": 01}',
    "{%s, %s}",
    '{%s, "custom_id": "a", "response": {"status_code": 200, "body": {}}}',
    '{%s, "custom_id": null, "result": {"type": "errored"}}',
    '{%s, "request": {"method": "POST", "url": "https://gw.test/v1"}, "response": {"status": 200, "content": {}}}',
    '{%s, "request": "a"}',
    "{%s}}",
    "{%s}{%s}",
    " \t{%s} \r",
    "\ufeff{%s}",
    "[{%s}]",
    "{%s",
    "",
    " ",
    "null",
    "7",
]
"""Lines around the member of a usage, most of which parsers read in different ways."""

NUMBERS = ("-1", "1.0", "1.5", "1e2", "-0", "true", "null", '"1"', "9" * 17, "9" * 25, "9" * 400, "1e400", "[1]", "{}")


def place_of(contract):
    return contract.documented.at


def wrap(contract, usage):
    """Return the text of a body with a usage at its place, and that of the member alone."""
    at = place_of(contract)
    if at == TOP:
        return json.dumps(BESIDE | usage), json.dumps(usage)[1:-1]
    member = json.dumps(usage)
    for step in reversed(at.split(".")):
        member = f"{json.dumps(step)}: {member}"
        body = f"{{{member}}}"
        member, inner = body, member
    return json.dumps(BESIDE)[:-1] + ", " + inner + "}", inner


def vary(text, number, rng):
    """Yield texts in which one count is written as another value."""
    places = [at for at, mark in enumerate(text) if mark.isdecimal() and text[at - 1] == " " and text[at - 2] == ":"]
    for value in rng.sample(NUMBERS, number) if places else ():
        start = rng.choice(places)
        end = next(at for at in range(start, len(text) + 1) if at == len(text) or text[at] in ",}")
        yield text[:start] + value + text[end:]


def damage(line, rng):
    """Return a line in which a byte is another one, or missing, or there twice."""
    at, byte = (
        rng.randrange(len(line)),
        rng.choice([b"", bytes([rng.randrange(256)]), b'"', b"}", b",", b"\xff", b"\xc3"]),
    )
    return (line[:at] + byte + line[at + rng.randrange(2) :]).replace(b"\n", b"")


def lines_of(contract):
    rng = random.Random(contract.name)
    usages = [one.usage for one in (*examples(contract), *counterexamples(contract))]
    usages += [{**usage, "brand_new": 1} for usage in usages[:3]]
    for usage in usages:
        text, member = wrap(contract, usage)
        yield text.encode()
        for other in vary(member, 2, rng):
            yield f"{{{other}}}".encode()
            yield f"{{{other}, {member}}}".encode()
        for _ in range(3):
            yield damage(text.encode(), rng)
    _, member = wrap(contract, usages[0])
    yield from (odd.replace("%s", member).encode() for odd in ODD)
    yield b'{"usage": null}'
    yield b'{"usage": {}}'


def judge(path, plan):
    """Return what is found in one part, so that kept and broken bodies of one shape come together."""
    return merge_partials(judging.judge_part(Part(found), plan) for found in find_inputs([str(path)]))


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """Judges lines by the fast lane and without it; both come to the same, which is returned."""

    def compare(lines, plan):
        path = tmp_path / "bodies.jsonl"
        path.write_bytes(b"\n".join(lines))
        judging._prepare.cache_clear()
        fast = judge(path, plan)
        with monkeypatch.context() as patch:
            patch.setattr(judging, "_open_lane", lambda *_: Lane())
            judging._prepare.cache_clear()
            full = judge(path, plan)
        judging._prepare.cache_clear()
        assert json.loads(dump_partial(fast)) == json.loads(dump_partial(full))
        return full

    return compare


@pytest.mark.slow
@pytest.mark.parametrize("contract", [TOY, *contracts()], ids=str)
def test_a_lane_comes_to_what_the_full_check_comes_to_on_kept_broken_and_damaged_lines(compare, contract):
    found = compare([*lines_of(contract)], Plan(contract=contract.name))
    assert found.unread.count
    assert found.findings
    assert found.always.contracts[contract.name].kept


# Nobody knows there which of two members of one name counts.
with_a_lane = pytest.mark.skipif(not LAST_COUNTS, reason="pydantic's parser does not always take the last duplicate")


@with_a_lane
@pytest.mark.parametrize("contract", [TOY, *contracts()], ids=str)
def test_a_lane_proves_every_usage_that_the_lean_judge_proves(contract):
    proved = [one.usage for one in examples(contract) if checker(contract).proof(one.usage)]
    lane = FastLane(contract, None)
    left = [*lane.sift(enumerate(wrap(contract, usage)[0].encode() for usage in proved))]
    assert not left or place_of(contract) == TOP
    assert sum(tally.checked for tally in lane.end().values()) == len(proved) - len(left)
    assert lane.end() == {}


def test_a_lane_is_open_to_answers_of_a_url_and_tells_that_a_mapped_one_led_to_it(compare):
    lines = [json.dumps({"usage": KEPT}).encode()] * 3
    found = compare(lines, Plan(url="https://gw.test/v1/chat", mapped=("https://gw.test = toy/chat",)))
    assert (found.judged, found.used_urls) == (3, {"https://gw.test = toy/chat"})


@pytest.mark.parametrize(
    "plan",
    [
        Plan(),
        Plan(url="https://nobody.test/"),
        Plan(contract="openai"),
        Plan(contract="toy/chat", sample=2),
        Plan(contract="toy/chat", reading=Reading(body="/answer")),
    ],
    ids=str,
)
def test_no_lane_is_open_where_lines_may_be_more_than_bodies_of_one_contract(compare, plan):
    compare([json.dumps({"usage": KEPT, "answer": {"usage": KEPT}}).encode()] * 5, plan)
    lane, _ = judging.Judge(plan).lane
    assert type(lane) is Lane


def test_without_msgspec_there_is_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytest_usage_contract.audit.fast_lines", None)
    assert type(judging.Judge(Plan(contract="toy/chat")).lane[0]) is Lane


def test_with_a_parser_that_does_not_take_the_last_of_duplicate_names_nothing_is_proved(monkeypatch):
    monkeypatch.setattr(fast_lines, "LAST_COUNTS", False)
    lines = [(1, b'{"usage": {}}')]
    assert [*FastLane(TOY, None).sift(lines)] == lines


def test_shapes_without_end_are_added_up_before_they_are_many(compare):
    days = [{f"2026-{number}": {"model": "nova", "tokens": 1}} for number in range(MOST_SHAPES + 5)]
    open_map = replace(TOY, name="toy/open", usage=OpenUsage, accounting=())
    with_days = [
        json.dumps({"usage": {"tokens": 1, "sizes": [1] * number, "by_day": day}}) for number, day in enumerate(days)
    ]
    take_away = register([open_map])
    found = compare([line.encode() for line in with_days], Plan(contract="toy/open"))
    take_away()
    assert found.always.contracts["toy/open"].with_value["usage.tokens"] == len(days)


class OpenUsage(Usage):
    tokens: Count
    sizes: MayBeAbsent[list[int]] = ABSENT
    by_day: MayBeAbsent[dict[str, Any]] = ABSENT


class Even:
    words, operands = "tokens is even", ("tokens",)

    def breach(self, counts):
        return Breach("total-mismatch", "tokens", "even", "odd") if counts["tokens"] % 2 else None


class Aliased(Usage):
    tokens: Count = Field(alias="allTokens")


class Nested(Usage):
    tokens: Count
    again: "MayBeAbsent[Nested]" = ABSENT


class Seconds(Usage):
    seconds: Count


class Endless(Usage):
    tokens: Count
    again: "Endless"


class Either(RootModel[Nested | Seconds]):
    pass


class Dated(Usage):
    tokens: Count
    at: date


@pytest.mark.parametrize(
    "changes, usages",
    [
        ({"usage": OpenUsage, "accounting": (Even(),)}, [{"tokens": 2}, {"tokens": 3}]),
        ({"usage": Nested, "accounting": ()}, [{"tokens": 1, "again": {"tokens": 1}}]),
        ({"usage": Endless, "accounting": ()}, [{"tokens": 1}]),
        ({"usage": Aliased, "accounting": ()}, [{"allTokens": 1}]),
        ({"usage": Either, "accounting": ()}, [{"tokens": 1}, {"seconds": 1}]),
        ({"usage": Dated, "accounting": ()}, [{"tokens": 1, "at": "2026-11-28"}]),
        ({"either_spelling": True}, [KEPT]),
    ],
    ids=["rule", "recursive", "endless", "alias", "either", "date", "spelling"],
)
def test_what_types_cannot_say_is_left_to_the_others(compare, changes, usages):
    contract = replace(TOY, name="toy/other", **changes)
    with pytest.raises(Untyped):
        write_sift(checker(contract), ["usage"], {}, lambda *_: False)
    take_away = register([contract])
    compare([json.dumps({"usage": usage}).encode() for usage in usages * 2] + [b"{"], Plan(contract="toy/other"))
    take_away()


@with_a_lane
@pytest.mark.parametrize("beside, left", [("é", 0), ("x" * LARGEST, 1)], ids=["letters", "huge"])
@pytest.mark.parametrize("accounting", [(), (Even(),)], ids=["typed", "mapping"])
def test_a_text_of_any_letters_is_passed_and_a_huge_one_is_not(beside, left, accounting):
    lane = FastLane(replace(TOY, usage=OpenUsage, accounting=accounting), None)
    line = json.dumps({"usage": {"tokens": 2}, "text": beside}, ensure_ascii=False).encode()
    assert len([*lane.sift([(1, line)] * 2)]) == left * 2
