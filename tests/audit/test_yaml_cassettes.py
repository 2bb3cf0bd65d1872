"""Cassettes in YAML: read interaction by interaction, and nothing that is written in them grows in memory."""

import base64
from collections import deque

import pytest
import yaml

from pytest_usage_contract.audit import json_recordings
from pytest_usage_contract.audit.exchanges import Unread
from pytest_usage_contract.audit.inputs import Input
from pytest_usage_contract.audit.kinds import Kind
from pytest_usage_contract.audit.reading import read_input
from pytest_usage_contract.audit.yaml_cassettes import _loader_of

BODY = '{"usage": {"input_tokens": 1}}'
HEADERS = {"content-type": ["application/json"]}


def interaction(**response):
    request = {"method": "POST", "uri": "https://api.toy.test/v1/chat", "headers": HEADERS, "body": None}
    return {"request": request, "response": {"status": {"code": 200}, "headers": HEADERS, **response}}


@pytest.fixture
def read(tmp_path):
    """Reads a cassette out of a file."""

    def read(content):
        path = tmp_path / "c.yaml"
        path.write_text(content if isinstance(content, str) else yaml.dump(content))
        return [*read_input(Input(str(path), Kind.YAML))]

    return read


BODIES = {
    "text": {"body": {"string": BODY}},
    "bytes": {"body": {"string": BODY.encode()}},
    "parsed": {"parsed_body": yaml.safe_load(BODY)},
}


@pytest.fixture(params=["libyaml", "Python"])
def parser(request, monkeypatch):
    """The two parsers that an installation may have."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    _loader_of.cache_clear()
    yield
    _loader_of.cache_clear()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_interactions_are_read_one_by_one_with_what_they_share(read, parser, body):
    shared = interaction(**body)
    content = yaml.dump({"interactions": [shared, shared, interaction(**body)], "version": 1})
    assert "*id" in content
    found = read(content)
    assert [(one.number, one.body) for one in found] == [(number, BODY.encode()) for number in (1, 2, 3)]
    assert {one.representation.content_type for one in found} == {"application/json"}


def test_the_tags_of_old_recorders_are_read_as_what_they_tag(read, parser):
    text, packed = "!!python/unicode 'https://api.toy.test/v1/chat'", base64.b64encode(BODY.encode()).decode()
    request = f"- request: {{method: !!python/str POST, uri: {text}, headers: !!python/dict {{}}}}\n"
    ruby, python = (f"{tag} '{packed}'" for tag in ("!binary", "!!python/bytes"))
    bodies = [f"!!python/unicode '{BODY}'", ruby, python]
    found = read(
        "interactions:\n"
        + "".join(f"{request}  response: {{status: 200, body: {{string: {body}}}}}\n" for body in bodies)
    )
    assert [(one.body, one.request.host) for one in found] == [(BODY.encode(), "api.toy.test")] * 3


NO_VALUES = {
    "a date that is none": ("2020-02-31", "ValueError"),
    "an object of some program": (
        "!!python/object:os.system {}",
        "could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'",
    ),
    "a key that cannot be one": ("{[a]: b}", "found unhashable key"),
    "a number that is none": ("!!float abc", "ValueError"),
}


@pytest.mark.parametrize("value, why", NO_VALUES.values(), ids=NO_VALUES)
def test_what_cannot_be_constructed_of_an_interaction_leaves_the_others_whole(read, parser, value, why):
    good = "- request: {uri: https://api.toy.test}\n  response: {status: 200, body: {string: here}}\n"
    bad = f"- request: {{method: GET, uri: x, body: [{value}]}}\n"
    before, broken, behind = read(f"interactions:\n{good}{bad}{good}")
    assert [before.body, behind.body, behind.number] == [b"here", b"here", 3]
    assert broken == Unread(before.location, f"no exchange stands here: {why}", "interaction", 2)


def test_what_comes_before_a_break_is_read_and_the_break_named(read):
    content = yaml.dump({"interactions": [interaction(body=BODY)] * 2 + [interaction(body=BODY)]})
    *whole, broken = read(content + "\t- x: [")
    assert [found.number for found in whole] == [1, 2]
    assert (broken.unit, broken.number, broken.why[:12]) == ("interaction", 3, "is no YAML: ")
    assert broken.why.endswith("; what comes before is read")


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level} {{<<: [{','.join([f'*a{level - 1}'] * 10)}]}}\n" for level in range(1, 10)
)
FORMS = {
    "its body": "response: {status: 200, body: {string: *a9}}",
    "its parsed body": "response: {status: 200, parsed_body: *a9}",
    "its headers": "response: {status: 200, headers: {content-type: *a9}, body: '{}'}",
    "its status": "response: {status: *a9, body: '{}'}",
    "something else": "recorded_at: *a9, response: {status: 200, body: '{}'}",
}


@pytest.mark.parametrize("bomb", [BOMB, MERGES], ids=["of lists", "of merges"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_bomb_of_aliases_does_not_go_off(read, monkeypatch, form, bomb, measure_peak):
    monkeypatch.setattr("pytest_usage_contract.audit.yaml_cassettes.MOST_BYTES", 1_000_000)
    request = "request: {method: POST, uri: 'https://api.toy.test/v1/chat'}"
    assert measure_peak(lambda: read(f"{bomb}interactions:\n- {{{request}, {form}}}\n")) < 20_000_000


@pytest.mark.parametrize("place", ["method: *a9, uri: x", "method: POST, uri: *a9"])
def test_a_bomb_for_a_request_is_no_exchange(read, place):
    (found,) = read(f"{BOMB}interactions:\n- {{request: {{{place}}}, response: {{status: 200, body: x}}}}\n")
    assert found.why.startswith("no exchange stands here (")


def test_depth_without_end_is_told(read):
    (found,) = read("interactions: " + "[" * 10_000)
    assert found.why.startswith("is no YAML: ")


@pytest.mark.parametrize("value, shown", [("5", "number 5"), ("{}", "object with 0 names"), ("", "null")])
def test_interactions_that_are_no_list_are_told(read, value, shown):
    assert read(f"interactions: {value}")[0].why == f"{shown}, where a list of interactions should be"


def test_an_interaction_that_is_too_long_is_told_and_those_before_are_read(read, monkeypatch):
    monkeypatch.setattr(json_recordings, "MOST_BYTES", 50_000)
    first, second = read({"interactions": [interaction(body=BODY), interaction(body="x" * 100_000)]})
    assert first.body == BODY.encode()
    why = "is longer than 50,000 bytes; what comes before is read"
    assert second == Unread(first.location, why, "interaction", 2)


def test_a_large_cassette_takes_no_more_memory_than_a_small_part_of_it(tmp_path, measure_peak):
    path = tmp_path / "c.yaml"
    one = "- response: {url: x, method: POST, status: 200, body: '" + "x" * 20_000 + "'}\n"
    path.write_text("interactions:\n" + one * 1000)
    assert measure_peak(lambda: deque(read_input(Input(str(path), Kind.YAML)), maxlen=0)) < 2_000_000
