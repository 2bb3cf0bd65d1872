"""Any JSON value and any bytes get a verdict, the short way and the long way agree, and nothing unsafe is shown."""

import json
from math import isfinite

from hypothesis import assume, example, given, settings, strategies as st

from pytest_usage_contract.contracts import contracts, find_contract
from pytest_usage_contract.core.check import check_bytes, check_value
from pytest_usage_contract.core.codes import CODES
from pytest_usage_contract.core.contract import Contract, Source
from pytest_usage_contract.core.judge import judge
from pytest_usage_contract.core.message import told
from pytest_usage_contract.core.usage import Count, Usage

NAMES = sorted({field.name for contract in contracts() for field in contract.fields})

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(0, 5),
    st.sampled_from([10**400, -(10**400), 2**63 + 1, 1e400, -0.0, 0.1]),
    st.floats(),
    st.text(),
)
names = st.one_of(
    st.sampled_from(["usage", "error", "response", "choices", *NAMES]),
    st.sampled_from([name.replace("_t", "T") for name in NAMES]),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)
which = st.sampled_from([contract.name for contract in contracts()])


@st.composite
def usages(draw):
    """A contract, and a usage that is near to keeping it."""
    contract = find_contract(draw(which))
    count = st.one_of(st.integers(0, 30), st.integers(-1, 5), scalars)

    def filled(shape):
        usage = {}
        for field in shape.fields.values():
            if draw(st.integers(0, 20)):
                usage[field.name] = filled(field.shape) if field.shape and draw(st.integers(0, 20)) else draw(count)
        return usage | draw(st.just({}) | st.dictionaries(names, scalars, max_size=1))

    usage = filled(contract.shape)
    if draw(st.booleans()):
        for rule in contract.accounting[:1]:
            whole, *parts = rule.operands
            if all(type(usage.get(part)) is int for part in parts):
                usage[whole] = sum(usage[part] for part in parts)
    return contract.name, usage


def assert_sound(verdict, contract):
    places = [(found.code, found.path) for found in verdict.findings]
    assert len(places) == len(set(places))
    for found in verdict.findings:
        assert found.code in CODES
        for text in found:
            assert text.isprintable()
    assert "\x1b" not in told(verdict, contract)


@given(which, values, st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_json_value_gets_a_verdict(name, value, demand, either_spelling):
    contract = find_contract(name)
    assert_sound(check_value(contract, value, demand=demand, either_spelling=either_spelling), contract)


@given(which, values.filter(lambda value: isinstance(value, dict)), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_usage_gets_a_verdict(name, usage, either_spelling):
    contract = find_contract(name)
    assert_sound(judge(contract, usage, either_spelling=either_spelling), contract)


@given(which, st.binary(), st.booleans())
@example("atoma/completions", b"data: {", True)
@settings(max_examples=200, deadline=None)
def test_any_bytes_get_a_verdict(name, body, stream):
    contract = find_contract(name)
    assert_sound(check_bytes(contract, body, stream=stream), contract)


@given(which, values, st.data())
@settings(max_examples=200, deadline=None)
def test_any_cut_of_a_body_gets_a_verdict(name, value, data):
    contract, body = find_contract(name), json.dumps({"usage": value}).encode()
    assert_sound(check_bytes(contract, body[: data.draw(st.integers(0, len(body)))]), contract)


@given(usages())
@settings(max_examples=400, deadline=None)
def test_bytes_and_what_was_read_of_them_get_the_same_verdict(drawn):
    contract, usage = find_contract(drawn[0]), drawn[1]
    by_value = judge(contract, usage)
    by_bytes = check_bytes(contract, json.dumps({"usage": usage}).encode())
    assert by_bytes.findings == by_value.findings
    assert json.dumps(by_bytes.wire, sort_keys=True) == json.dumps(by_value.wire, sort_keys=True)
    assert by_bytes.seen == by_value.seen
    assert by_bytes.rules == by_value.rules
    assert (by_bytes.usage is None) == (by_value.usage is None)


members = st.lists(st.tuples(st.sampled_from(["total_tokens", "input_tokens", "new"]), st.integers(0, 3)), max_size=6)


@given(members, st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_of_duplicate_names_the_last_counts(more, before, after):
    contract = find_contract("openrouter/alpha_responses")
    text = (
        '"input_tokens":1,"input_tokens_details":{"cached_tokens":1,"cached_tokens":0},"output_tokens":1,'
        '"output_tokens_details":{"reasoning_tokens":1},"total_tokens":2'
    )
    text = "{" + ",".join([text, *(f'"{name}":{value}' for name, value in more)]) + "}"
    body = "{" + '"usage":{},"x":1,' * before + f'"usage":{text}' + ',"x":2' * after + "}"
    verdict = check_bytes(contract, body.encode())
    assert verdict.findings == judge(contract, json.loads(text)).findings
    assert verdict.wire == json.loads(text)


@given(usages())
@settings(max_examples=400, deadline=None)
def test_the_glance_sees_what_the_survey_sees(drawn):
    contract, usage = find_contract(drawn[0]), drawn[1]
    # The same contract, but for a second spelling, is never settled at a glance.
    thorough = Contract(**{**vars_of(contract), "either_spelling": True, "example": None})
    plainly, fully = judge(contract, usage), judge(thorough, usage)
    assume(usage != contract.example and not any(found.code == "sdk-spelling" for found in plainly.findings))
    assert plainly.findings == fully.findings
    assert plainly.seen == fully.seen
    assert plainly.rules == fully.rules


def vars_of(contract):
    return {name: getattr(contract, name) for name in contract.__dataclass_fields__}


@given(usages())
@settings(max_examples=200, deadline=None)
def test_to_judge_changes_nothing_of_what_is_judged(drawn):
    contract, usage = find_contract(drawn[0]), drawn[1]
    before = json.dumps(usage)
    judge(contract, usage, either_spelling=True)
    assert json.dumps(usage) == before


class Flat(Usage):
    whole: Count
    part: Count


@given(st.floats() | st.integers(), st.floats() | st.integers())
@settings(max_examples=200, deadline=None)
def test_a_number_stays_what_it_is(whole, part):
    contract = Contract(name="own/call", source=Source(document="Flat", package="own"), usage=Flat)
    verdict = judge(contract, {"whole": whole, "part": part})
    if isfinite(whole) and isfinite(part):
        assert (verdict.usage.whole, verdict.usage.part) == (whole, part)
        assert (type(verdict.usage.whole), type(verdict.usage.part)) == (type(whole), type(part))
    else:
        assert verdict.usage is None
