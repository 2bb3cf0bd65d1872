"""The fast lane and the full check come to the same on every line, and what can be proved is proved by the lane."""

import json
import random

import pytest
from toy import TOY

from pytest_usage_contract import counterexamples, examples
from pytest_usage_contract.audit import judge_part as judging
from pytest_usage_contract.audit.fast_lines import FastLane
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.lines import Lane
from pytest_usage_contract.audit.partial import dump_partial, merge_partials
from pytest_usage_contract.audit.plan import Plan, split
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.endpoint import TOP
from pytest_usage_contract.providers.registry import contracts

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


def judge(path, plan, size=20_000):
    parts = (judging.judge_part(part, plan) for found in find_inputs([str(path)]) for part in split(found, size))
    return merge_partials(parts)


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """Judges lines by the fast lane and without it; both come to the same, which is returned."""

    def compare(lines, plan, size=20_000):
        path = tmp_path / "bodies.jsonl"
        path.write_bytes(b"\n".join(lines))
        judging._prepare.cache_clear()
        fast = judge(path, plan, size)
        with monkeypatch.context() as patch:
            patch.setattr(judging, "_open_lane", lambda *_: Lane())
            judging._prepare.cache_clear()
            full = judge(path, plan, size)
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


@pytest.mark.parametrize("contract", [TOY, *contracts()], ids=str)
def test_a_lane_proves_every_usage_that_the_lean_judge_proves(contract):
    proved = [one.usage for one in examples(contract) if checker(contract).proof(one.usage)]
    lane = FastLane(contract, None)
    left = [*lane.sift(enumerate(wrap(contract, usage)[0].encode() for usage in proved))]
    assert not left or place_of(contract) == TOP
    assert sum(tally.checked for tally in lane.end().values()) == len(proved) - len(left)
    assert lane.end() == {}
