"""Any JSON value and any bytes get a verdict, the short way and the long way agree, and nothing unsafe is shown."""

import json
from dataclasses import replace
from math import isfinite, nan

from hypothesis import assume, example, given, settings, strategies as st
from toy import TOY, InputDetails, camel

from pytest_usage_contract import Contract, Count, Source, Total, Usage
from pytest_usage_contract.core.check import check_bytes, check_value
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.exchange import UNTOLD, Representation
from pytest_usage_contract.core.verdict_text import format_verdict


class Counts(Usage):
    input_tokens: Count
    input_details: InputDetails
    output_tokens: Count
    total_tokens: Count


# One that is judged at a glance where nothing is wrong, and the same with a second spelling, which never is.
COUNTS = Contract(
    name="own/call",
    source=Source(document="Counts", package="own"),
    usage=Counts,
    accounting=(Total("total_tokens", of=("input_tokens", "output_tokens")),),
)
THOROUGH = replace(COUNTS, either_spelling=True)

EVENTS = Representation("text/event-stream")
NAMES = sorted({field.name for field in checker(TOY).fields})
some = settings(max_examples=60, deadline=None)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(0, 5),
    st.sampled_from([10**400, -(10**400), 2**63 + 1, 1e400, -0.0, 0.1]),
    st.floats(),
    st.text(max_size=30),
)
names = st.sampled_from(["usage", "error", "response", *NAMES, *camel(dict.fromkeys(NAMES))]) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
contracts = st.sampled_from([TOY, COUNTS])


@st.composite
def usages(draw, contract):
    """A usage that is near to keeping *contract*; every other one has nothing but whole counts in documented places."""
    odd = draw(st.booleans())
    count = st.integers(-1, 30) | scalars if odd else st.integers(0, 30)

    def filled(tree):
        usage = {}
        for field in tree.fields.values():
            if odd and not draw(st.integers(0, 20)):
                continue
            deeper = field.tree and not (odd and not draw(st.integers(0, 20)))
            value = filled(field.tree) if deeper else draw(count)
            for step in reversed(field.steps):
                value = [value] if step == "[]" else {"a": value}
            usage[field.name] = value
        return usage | (draw(st.dictionaries(names, scalars, max_size=1)) if odd else {})

    usage = filled(checker(contract).tree)
    if draw(st.booleans()):
        whole, *parts = contract.accounting[0].operands
        if all(type(usage.get(part)) is int for part in parts):
            usage[whole] = sum(usage[part] for part in parts)
    return usage


drawn = contracts.flatmap(lambda contract: st.tuples(st.just(contract), usages(contract)))


def assert_sound(verdict, contract):
    places = [(found.code, found.path, found.type) for found in verdict.findings]
    assert len(places) == len(set(places))
    for found in verdict.findings:
        assert found.code in CODES
        for text in found:
            assert text.isprintable()
    assert "\x1b" not in format_verdict(verdict, contract)


@some
@given(contracts, values | st.fixed_dictionaries({"usage": values}), st.booleans(), st.booleans())
def test_any_json_value_gets_a_verdict(contract, value, demand, either_spelling):
    assert_sound(check_value(contract, value, demand=demand, either_spelling=either_spelling), contract)


@some
@given(drawn, st.booleans())
def test_any_usage_gets_a_verdict_and_stays_what_it_is(drawn, either_spelling):
    contract, usage = drawn
    before = json.dumps(usage)
    assert_sound(checker(contract).check(usage, either_spelling=either_spelling), contract)
    assert json.dumps(usage) == before


@st.composite
def cut(draw):
    """A body that ends anywhere."""
    body = json.dumps({"usage": draw(values)}).encode()
    return body[: draw(st.integers(0, len(body)))]


@some
@given(contracts, st.binary() | cut(), st.booleans())
@example(TOY, b"data: {", True)
def test_any_bytes_get_a_verdict(contract, body, stream):
    assert_sound(check_bytes(contract, body, representation=EVENTS if stream else UNTOLD), contract)


@some
@given(drawn)
def test_bytes_and_what_was_read_of_them_get_the_same_verdict(drawn):
    contract, usage = drawn
    by_value = checker(contract).check(usage)
    by_bytes = check_bytes(contract, json.dumps({"usage": usage}).encode())
    assert by_bytes.findings == by_value.findings
    assert json.dumps(by_bytes.wire, sort_keys=True) == json.dumps(by_value.wire, sort_keys=True)
    assert by_bytes.seen == by_value.seen
    assert by_bytes.rules == by_value.rules
    assert (by_bytes.usage is None) == (by_value.usage is None)


members = st.lists(st.tuples(st.sampled_from(["total_tokens", "input_tokens", "new"]), st.integers(0, 3)), max_size=6)


@some
@given(members, st.integers(0, 3), st.integers(0, 3))
def test_of_duplicate_names_the_last_counts(more, before, after):
    usage = (
        '"input_tokens":1,"input_details":{"text_tokens":1,"image_tokens":1,"image_tokens":0},'
        '"output_tokens":1,"total_tokens":2'
    )
    usage = "{" + ",".join([usage, *(f'"{name}":{value}' for name, value in more)]) + "}"
    body = "{" + '"usage":{},"x":1,' * before + f'"usage":{usage}' + ',"x":2' * after + "}"
    verdict = check_bytes(COUNTS, body.encode())
    assert verdict.findings == checker(COUNTS).check(json.loads(usage)).findings
    assert verdict.wire == json.loads(usage)


@some
@given(usages(COUNTS))
def test_the_glance_sees_what_the_survey_sees(usage):
    plainly, fully = checker(COUNTS).check(usage), checker(THOROUGH).check(usage)
    assume(not any(found.code == "sdk-spelling" for found in plainly.findings))
    assert plainly.findings == fully.findings
    assert plainly.seen == fully.seen
    assert plainly.rules == fully.rules


class Flat(Usage):
    whole: Count
    part: Count


FLAT = Contract(name="own/flat", source=Source(document="Flat", package="own"), usage=Flat)


@some
@example(1, nan)
@given(st.floats() | st.integers(), st.floats() | st.integers())
def test_a_number_stays_what_it_is(whole, part):
    verdict = checker(FLAT).check({"whole": whole, "part": part})
    if isfinite(whole) and isfinite(part):
        assert (verdict.usage.whole, verdict.usage.part) == (whole, part)
        assert (type(verdict.usage.whole), type(verdict.usage.part)) == (type(whole), type(part))
    else:
        assert verdict.usage is None
