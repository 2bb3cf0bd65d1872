"""A contract as a contract file, and back; what holds for every contract is among the laws of the providers."""

import json
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, RootModel
from toy import KEPT, TOY, codes

from pytest_usage_contract import counterexamples, examples, json_schema, read_contract
from pytest_usage_contract.core.check import check_bytes
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing, Source
from pytest_usage_contract.core.contract_file import (
    format_contract_file,
    is_contract_file,
    parse_contract,
    write_contract,
)
from pytest_usage_contract.core.usage import (
    ABSENT,
    Count,
    MayBeAbsent,
    PerhapsNull,
    PerhapsWhole,
    SomeObject,
    Unread,
    Usage,
)


class Cached(Usage):
    kind: Literal["cached"]
    cached_tokens: Count


class Fresh(Usage):
    kind: Literal["fresh"]
    fresh_tokens: int
    pages: list[int | None]


class Nested(Usage):
    tokens: Count
    inner: "MayBeAbsent[dict[str, list[Nested]]]" = ABSENT


class Unions(Usage):
    input: Cached | Fresh | None
    output: MayBeAbsent[list[Cached | Fresh]] = ABSENT
    tier: MayBeAbsent[Literal["standard", "batch"] | None] = ABSENT
    other: MayBeAbsent[Literal["batch", "standard"] | None] = ABSENT
    on: Literal[True]
    cost: float
    images: Count
    tokens_per_second: MayBeAbsent[float] = ABSENT
    either: int | str
    by_day: MayBeAbsent[dict[str, dict[str, int]]] = ABSENT
    class_: Count = Field(alias="class")
    hour: MayBeAbsent[Count] = Field(ABSENT, alias="1h_tokens", description="By the hour.")


class Unknowns(Usage):
    a_tokens: PerhapsNull[Count]
    b: PerhapsWhole[float]
    c: MayBeAbsent[PerhapsNull[SomeObject]] = ABSENT
    d: PerhapsNull[Unread]
    e: MayBeAbsent[Any] = ABSENT
    f: dict[str, object]


class Plain(BaseModel):
    """As a generator of models writes it."""

    tokens: int
    cached: int | None = None


def own(model, **declared):
    source = Source(document="Usage", package="acme-sdk", version="1.2", read=date(2026, 11, 21))
    return Contract(name="acme/chat", source=source, usage=model, **declared)


OWN = {model.__name__: own(model) for model in (Unions, Unknowns, Nested, Plain)}
OWN["root"] = own(RootModel[Cached | Fresh])


@pytest.mark.parametrize("contract", OWN.values(), ids=OWN)
def test_a_contract_of_any_types_is_read_back_as_it_was_written(contract):
    printed = format_contract_file(write_contract(contract))
    again = parse_contract(json.loads(printed))
    assert format_contract_file(write_contract(again)) == printed
    for case in (*examples(contract), *counterexamples(contract)):
        assert checker(again).check(case.usage).findings == checker(contract).check(case.usage).findings, case.name


@pytest.mark.parametrize("contract", OWN.values(), ids=OWN)
def test_its_fields_are_the_same(contract):
    def fields(contract):
        return [
            (field.path, field.type, field.required, field.nullable, field.counts, field.unknown, field.choice)
            for field in checker(contract).fields
        ]

    assert fields(parse_contract(write_contract(contract))) == fields(contract)


def test_all_that_is_declared_stands_beside_the_schema():
    stream = Framing(
        at=("usage", "response.usage"),
        terminal={"done": (True, ...), "choices[].reason": ("stop", None)},
        carriers={"type": ("delta",)},
        presence="optional",
        excused={"type": ("failed",)},
        events=({"done": True},),
        done=False,
    )
    endpoint = Endpoint(
        path="/v1/chat", hosts=("a.test", "*.b.test"), method="GET", at="x.usage", presence="nullable", stream=stream
    )
    contract = own(
        Plain,
        endpoints=(replace(endpoint, body={"id": 1.5}), replace(endpoint, stream=None, body=None)),
        example={"tokens": 1},
        default=True,
        erratum="1 is not 2",
        aliases=("Chat",),
        either_spelling=True,
    )
    file = write_contract(contract)
    assert [*file] == [
        "$schema", "title", "description", "x-usage-contract", "examples", "type", "properties", "required",
    ]  # fmt: skip
    assert file["examples"] == [{"tokens": 1}]
    assert file["x-usage-contract"] == {
        "name": "acme/chat",
        "source": {"document": "Usage", "package": "acme-sdk", "version": "1.2", "read": "2026-11-21"},
        "aliases": ["Chat"],
        "default": True,
        "either_spelling": True,
        "erratum": "1 is not 2",
        "endpoints": [
            {
                "method": "GET",
                "hosts": ["a.test", "*.b.test"],
                "path": "/v1/chat",
                "at": "x.usage",
                "presence": "nullable",
                "body": {"id": 1.5},
                "stream": {
                    "at": ["usage", "response.usage"],
                    "terminal": {"done": [True, {"any": True}], "choices[].reason": ["stop", None]},
                    "carriers": {"type": ["delta"]},
                    "presence": "optional",
                    "excused": {"type": ["failed"]},
                    "events": [{"done": True}],
                    "done": False,
                },
            },
            {
                "method": "GET",
                "hosts": ["a.test", "*.b.test"],
                "path": "/v1/chat",
                "at": "x.usage",
                "presence": "nullable",
                "body": None,
            },
        ],
    }
    again = parse_contract(file)
    assert again.endpoints == contract.endpoints
    assert [(one.body, one.stream and one.stream.events) for one in again.endpoints] == [
        ({"id": 1.5}, ({"done": True},)),
        (None, None),
    ]


def test_only_what_differs_from_the_default_is_written():
    file = write_contract(Contract(name="a/b", source=Source(document="D", package="p"), usage=Plain))
    assert file["x-usage-contract"] == {"name": "a/b", "source": {"document": "D", "package": "p"}}


def test_every_rule_of_accounting_is_named_by_its_sides():
    assert json_schema(TOY)["x-usage-contract"]["accounting"] == [
        {"total": "total_tokens", "of": ["input_tokens", "output_tokens"]},
        {"whole": "input_tokens", "parts": ["input_details.text_tokens", "input_details.image_tokens"]},
        {"part": "input_details.cached_tokens", "whole": "input_tokens"},
        {"part": "output_details.reasoning_tokens", "whole": "output_tokens"},
        {"part": "tool_tokens", "beside": "input_tokens"},
    ]
    assert parse_contract(json_schema(TOY)).accounting == TOY.accounting


class Even:
    """A rule of a kind that nobody knows."""

    words = "tokens is even"
    operands = ("tokens",)

    def breach(self, counts): ...


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises(ValueError, match="cannot be said in a contract file"):
        write_contract(own(Plain, accounting=(Even(),)))
    with pytest.raises(ValueError, match=r"^usage\.tokens: Ge\(ge=0\) cannot be said in JSON Schema"):
        write_contract(own(type("Least", (Usage,), {"__annotations__": {"tokens": Annotated[int, Field(ge=0)]}})))


def test_of_a_usage_that_is_one_of_several_objects_the_nearest_is_named():
    several = parse_contract(write_contract(OWN["root"]))
    verdict = check_bytes(several, b'{"usage": {"kind": "cached", "cached_tokens": 3}}')
    assert (codes(verdict), verdict.usage.cached_tokens) == ([], 3)
    broken = {"kind": "fresh", "fresh_tokens": "3", "pages": []}
    assert codes(checker(several).check(broken)) == [("wrong-type", "usage.fresh_tokens")]


def test_an_integer_takes_a_whole_number_however_it_is_written():
    schema = {"type": "object", "properties": {"tokens": {"type": "integer"}}}
    contract = parse_contract({**HEAD, **schema})
    assert codes(checker(contract).check({"tokens": 165.0})) == []
    assert codes(checker(contract).check({"tokens": 165.5}))[0] == ("wrong-type", "usage.tokens")
    assert codes(checker(contract).check({"tokens": True})) == [("wrong-type", "usage.tokens")]


# Files.

HEAD = {"x-usage-contract": {"name": "acme/chat", "source": {"document": "Usage", "package": "acme-sdk"}}}
USAGE = {"type": "object", "properties": {"tokens": {"type": "integer"}}}


def test_a_contract_file_is_read_from_its_path(tmp_path):
    path = tmp_path / "chat.json"
    path.write_text(format_contract_file(write_contract(TOY)), encoding="utf-8")
    assert codes(checker(read_contract(path)).check(KEPT)) == []
    assert is_contract_file(path)


def test_a_contract_file_is_told_by_its_words(tmp_path):
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "chat.yaml").write_text('"x-usage-contract"')
    assert not any(is_contract_file(tmp_path / name) for name in ("other.json", "chat.yaml", "gone.json"))


def test_a_file_that_cannot_be_read_is_named_with_the_place(tmp_path):
    path = tmp_path / "chat.json"
    for text, said in (
        ("{", "#: not JSON: EOF while parsing an object at line 1 column 1"),
        ('{"a": NaN}', "#: not JSON: "),
        ("[" * 500, "#: not JSON: recursion limit exceeded"),
        ("[]", "#: list of 0 items; "),
        (" " * 4 * 1024 * 1024, "#: not JSON: EOF while parsing a value "),
        (" " * 4 * 1024 * 1024 + " ", "#: larger than the 4,096 KiB of a contract file that is read"),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match="chat.json#: ") as damage:
            read_contract(path)
        assert str(damage.value).startswith(f"{path}{said}")
    with pytest.raises(OSError, match="gone.json"):
        read_contract(tmp_path / "gone.json")


def test_the_text_of_a_contract_file_gives_a_terminal_no_orders():
    text = format_contract_file({"description": "é\x1b[31m\u202e\ud800"})
    assert text == '{\n  "description": "é\\u001b[31m\\u202e\\ud800"\n}\n'


AT = "#/x-usage-contract"
STREAM = {"terminal": {"done": [True]}}
RULES = "what would do is {total, of} or {whole, parts} or {part, whole} or {part, beside} of names of counts"

DAMAGED = [
    # what stands below x-usage-contract, where the error is
    ({"nam": "x"}, f"{AT}/nam: no word of a contract file"),
    ({"name": 1}, f"{AT}/name: number 1; "),
    ({"name": "acme"}, f"{AT}: 'acme' is no name of a contract; one reads provider/endpoint"),
    ({"default": "yes"}, f'{AT}/default: string "yes"; '),
    ({"source": {"package": "p"}}, f"{AT}/source/document: missing"),
    ({"source": {"package": "p", "document": "D", "day": "x"}}, f"{AT}/source/day: no word of a contract file"),
    ({"source": {"package": "p", "document": "D", "read": "soon"}}, f'{AT}/source/read: string "soon"; '),
    ({"endpoints": {}}, f"{AT}/endpoints: object with 0 names; "),
    ({"endpoints": [{"path": "/"}]}, f"{AT}/endpoints/0/hosts: missing"),
    ({"endpoints": [{"path": "/", "hosts": "h"}]}, f'{AT}/endpoints/0/hosts: string "h"; '),
    ({"endpoints": [{"path": "/", "hosts": [], "port": 1}]}, f"{AT}/endpoints/0/port: no word of a contract file"),
    (
        {"endpoints": [{"path": "/", "hosts": [], "stream": {**STREAM, "presence": "maybe"}}]},
        f'{AT}/endpoints/0/stream/presence: string "maybe"; ',
    ),
    (
        {"endpoints": [{"path": "/", "hosts": [], "stream": {"terminal": {"a/b": 1}}}]},
        f"{AT}/endpoints/0/stream/terminal/a~1b: number 1; ",
    ),
    (
        {"endpoints": [{"path": "/", "hosts": [], "stream": {**STREAM, "end": "x"}}]},
        f"{AT}/endpoints/0/stream/end: no word of a contract file",
    ),
    ({"dialect": {"inputs": "tokens"}}, f"{AT}/dialect/inputs: no word of a contract file"),
    (
        {"divergences": [{"path": "a", "why": "b", "source": "c", "day": "d"}]},
        f"{AT}/divergences/0/day: no word of a contract file",
    ),
    ({"accounting": [{"total": "tokens"}]}, f"{AT}/accounting/0: object with 1 name; {RULES}"),
    ({"accounting": [{"total": "tokens", "of": "tokens"}]}, f"{AT}/accounting/0: object with 2 names; {RULES}"),
    ({"accounting": [{"part": "tokens", "whole": ["tokens"]}]}, f"{AT}/accounting/0: object with 2 names; {RULES}"),
    ({"accounting": [{"total": 1, "of": []}]}, f"{AT}/accounting/0: object with 2 names; {RULES}"),
    (
        {"accounting": [{"part": "x", "whole": "tokens"}]},
        f"{AT}: acme/chat: the rule «x inside tokens» speaks of x, no documented count",
    ),
]


@pytest.mark.parametrize("declared, said", DAMAGED)
def test_damage_beside_the_schema_is_told_with_its_pointer(declared, said):
    file = {"x-usage-contract": {**HEAD["x-usage-contract"], **declared}, **USAGE}
    with pytest.raises(ValueError, match="^#") as damage:
        parse_contract(file)
    assert str(damage.value).partition("Input should be ")[0] == said


@pytest.mark.parametrize(
    "file, said",
    [
        ([], "#: list of 0 items; "),
        (USAGE, "#: object with 2 names; "),
        ({**HEAD, **USAGE, "examples": []}, "#/examples: list of 0 items; "),
        ({**HEAD, **USAGE, "examples": [1]}, "#/examples: list of 1 item; "),
        ({**HEAD, **USAGE, "examples": {}}, "#/examples: object with 0 names; "),
        ({**HEAD, **USAGE, "title": "\ud800"}, "#: not JSON: "),
    ],
)
def test_what_is_no_contract_file_is_told(file, said):
    with pytest.raises(ValueError, match="^#") as damage:
        parse_contract(file)
    assert str(damage.value).startswith(said)
