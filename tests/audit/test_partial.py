"""What was found in parts comes to the same, however they are cut, and in whatever order they are merged."""

import random
from dataclasses import asdict, replace

import pytest
from recorded import BROKEN, DRIFTED, URL, entry, write_har, write_lines
from toy import KEPT

from pytest_usage_contract.audit import judge_part as judging, partial as partials
from pytest_usage_contract.audit.conclusion import make_report
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.judge_part import judge_part
from pytest_usage_contract.audit.partial import FIRST, Partial, dump_partial, load_partial, merge_partials
from pytest_usage_contract.audit.plan import Part, Plan, split
from pytest_usage_contract.core.policy import Policy
from pytest_usage_contract.reports.json_report import to_json

PLAN = Plan(url=URL)


def judge(folder, size):
    return [judge_part(part, PLAN) for found in find_inputs([str(folder)]) for part in split(found, size)]


def report(partial, policy=Policy()):  # noqa: B008 - it is frozen
    return to_json(make_report(partial, policy))


@pytest.fixture
def recorded(tmp_path):
    usages = [KEPT] * 7 + [BROKEN, DRIFTED, {**BROKEN, "cost": 1}, {"input_tokens": None}, None]
    write_lines(tmp_path, *(usages * 8))
    with (tmp_path / "bodies.jsonl").open("a") as file:
        file.write('\n\n{"usage":\n{"usage": "none"}')  # neither the first nor the last ends as the others do
    write_har(tmp_path, entry(URL, KEPT), {}, entry("https://gw.test/v1/chat", KEPT), entry(URL, BROKEN), entry(URL))
    return tmp_path


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
def test_parts_come_to_the_same_as_the_whole_with_the_lines_counted_from_the_first(recorded, size):
    (whole,) = {report(merge_partials(judge(recorded, big))) for big in (10**6, 10**7)}
    parts = judge(recorded, size)
    random.Random(size).shuffle(parts)
    assert report(merge_partials(parts)) == whole


def test_merging_is_associative_and_changes_nothing_that_is_merged(recorded):
    parts = judge(recorded, 100)
    before = [dump_partial(part) for part in parts]
    left = merge_partials([merge_partials(parts[:3]), merge_partials(parts[3:])])
    right = merge_partials([merge_partials([*parts[5:], merge_partials(parts[:5])]), Partial()])
    assert asdict(left) == asdict(right)
    assert [dump_partial(part) for part in parts] == before


def test_what_was_found_is_written_and_read_back(recorded):
    merged = merge_partials(judge(recorded, 100))
    assert load_partial(dump_partial(merged)) == merged
    with pytest.raises(ValueError, match="Partial"):
        load_partial(b"[]")


def test_a_policy_decides_over_what_was_found_before_it_was_known(recorded):
    found = merge_partials(judge(recorded, 1000))
    lax, strict = (make_report(found, Policy(demand=frozenset(names))) for names in ([], ["toy/chat"]))
    assert (lax.checked, lax.without_usage, strict.checked, strict.without_usage) == (100, 1, 100, 0)
    assert {each.code for each in strict.findings} - {each.code for each in lax.findings} == {"no-usage"}
    assert found.judged == lax.checked
    assert found.findings == len(lax.findings)


def test_only_the_first_places_are_named_whoever_is_done_first(tmp_path):
    write_lines(tmp_path, *[BROKEN] * 50)
    parts = judge(tmp_path, 100)
    (found,) = make_report(merge_partials(reversed(parts)), Policy()).findings
    assert found.count == 50
    assert found.places == tuple(f"{tmp_path}/bodies.jsonl:{number}" for number in range(1, FIRST + 1))


def test_the_usage_that_is_shown_is_that_of_the_first_place(tmp_path):
    write_lines(tmp_path, *({**KEPT, "total_tokens": str(number)} for number in range(20)))
    (found,) = make_report(merge_partials(reversed(judge(tmp_path, 300))), Policy()).findings
    assert (found.usage["total_tokens"], found.actual) == ("0", 'string "0"')


def test_addresses_beyond_a_number_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(partials, "MOST_ADDRESSES", 3)
    for name in "ab":
        write_har(tmp_path, *(entry(f"https://gw.test/{word}") for word in "fbdcae"), name=f"{name}.har")
    first, second = judge(tmp_path, 1000)
    for merged in (merge_partials([first, second]), merge_partials([second, first])):
        told = make_report(merged, Policy())
        assert [(call.path, call.count) for call in told.unmatched] == [("/a", 2), ("/b", 2), ("/c", 2)]
        assert told.audit.uncovered == 6


def test_neither_a_reader_nor_a_judge_that_fails_ends_the_audit(tmp_path, monkeypatch):
    write_lines(tmp_path, KEPT, BROKEN, KEPT)
    check_bytes, read_input = judging.check_bytes, judging.read_input

    def fail(contract, body, **told):
        if b'"165"' in body:
            raise ZeroDivisionError("secret")
        return check_bytes(contract, body, **told)

    def break_off(*given):
        yield from read_input(*given)
        raise RecursionError("secret")

    monkeypatch.setattr(judging, "check_bytes", fail)
    monkeypatch.setattr(judging, "read_input", break_off)
    told = make_report(merge_partials(judge(tmp_path, 10**6)), Policy())
    assert told.checked == 2
    assert [(unread.place.rpartition("/")[2], unread.why) for unread in told.audit.unread_places] == [
        ("bodies.jsonl:2", "cannot be judged (ZeroDivisionError)"),
        ("bodies.jsonl:3", "cannot be read behind this (RecursionError)"),
    ]


def test_a_process_that_has_not_read_the_project_knows_the_contracts_of_the_plan(tmp_path, registered):
    write_lines(tmp_path, KEPT)
    (found,) = find_inputs([str(tmp_path / "bodies.jsonl")])
    packed = Plan(url=URL).pack()
    registered()
    assert judge_part(Part(found), replace(PLAN, sample=1, url="https://api.toy.test/v1/chat/")).judged == 0
    try:
        assert judge_part(Part(found), packed).judged == 1
        assert judge_part(Part(found), replace(packed, own=(*packed.own, packed.own[0].replace("toy/", "tyo/")))).judged
    finally:
        judging.forget()
