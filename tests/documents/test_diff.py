"""What changed for a reader of the response: each kind of change with its rule, and nothing where nothing changed."""

import json
from pathlib import Path

import pytest
from toy import TOY

from pytest_usage_contract.core.contract import Contract, Endpoint, Source
from pytest_usage_contract.documents import RULES, compare, read_document, render, same_promise
from pytest_usage_contract.documents.declarations import build_model
from pytest_usage_contract.documents.terms import (
    Either,
    ListOf,
    Literals,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    OrNull,
    Simple,
    either,
)

KITS = Path(__file__).parent / "kits"
ORQ = "orq-python/docs/models/deploymentinvokeusage.md"
GENERATIONS = "orq-node/docs/models/operations/postv2proxyimagesgenerationsusage.md"
EDITS = "orq-node/docs/models/operations/postv2proxyimageseditsusage.md"

EDITED = [
    (ORQ, "*Optional[float]*  ", "*Optional[str]*    ", {"type-changed"}),
    (ORQ, "*Optional[float]*", "*OptionalNullable[float]*", {"field-became-nullable"}),
    (ORQ, "*Optional[float]*", "*Optional[int]*", {"type-narrowed"}),
    (ORQ, "*Optional[float]*", "*Optional[Union[float, str]]*", {"type-widened"}),
    (ORQ, "`total_tokens`", "`billed_characters`", {"field-removed", "field-added"}),
    (ORQ, "`prompt_tokens`", "`input_tokens`", {"field-renamed"}),
    (GENERATIONS, ":heavy_minus_sign:", ":heavy_check_mark:", {"field-became-required"}),
    (ORQ, "[OptionalNullable[models.", "[Optional[models.", {"field-never-null"}),
    (ORQ, "Tokens in the prompt.", "Tokens in the prompt, cached ones included.", {"meaning-changed"}),
    (ORQ, "Tokens in the prompt.", "N/A", {"meaning-changed"}),
    (ORQ, "# DeploymentInvokeUsage", "# DeploymentUsage", {"document-renamed"}),
    (EDITS, ":heavy_check_mark:", ":heavy_minus_sign:", {"field-became-optional"}),
    (
        EDITS,
        "| `outputTokens`",
        "| `extraTokens` | *number* | :heavy_check_mark: | N/A |\n| `outputTokens`",
        {"field-added"},
    ),
]


def edited(kit, page, old, new, tmp_path):
    source = KITS / kit
    for file in source.rglob("*.md"):
        text = file.read_text(encoding="utf-8")
        target = tmp_path / file.relative_to(KITS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace(old, new) if file == KITS / page else text, encoding="utf-8")
    return read_document(tmp_path / page, root=tmp_path / kit).contract


@pytest.mark.parametrize("page,old,new,rules", EDITED)
def test_each_kind_of_edit_is_found_and_nothing_else(page, old, new, rules, tmp_path):
    kit = page.partition("/")[0]
    before = read_document(KITS / page, root=KITS / kit).contract
    assert {change.rule for change in compare(before, edited(kit, page, old, new, tmp_path))} == rules


@pytest.mark.parametrize("page", [ORQ, EDITS])
def test_an_unedited_copy_has_no_change(page, tmp_path):
    kit = page.partition("/")[0]
    before = read_document(KITS / page, root=KITS / kit).contract
    assert compare(before, edited(kit, page, "nothing", "", tmp_path)) == ()


def contract(*entries, endpoints=(), document="Usage"):
    fields = tuple(entry if isinstance(entry, ModelEntry) else ModelEntry(*entry) for entry in entries)
    usage = build_model(Model("Usage", fields))
    return Contract(
        name="acme/chat", source=Source(document=document, package="acme"), usage=usage, endpoints=endpoints
    )


NUMBER, INTEGER, STRING = Simple("count"), Simple("integer"), Simple("string")
UNSURE = Simple("count", sure=False)
INNER = Nested(Model("X", (ModelEntry("n", INTEGER, required=True),)))
OUTER = Nested(Model("X", (ModelEntry("n", STRING, required=True),)))

TYPES = [
    (INTEGER, NUMBER, {"type-widened"}),
    (NUMBER, INTEGER, {"type-narrowed"}),
    (NUMBER, Simple("number"), set()),
    (INTEGER, UNSURE, set()),
    (UNSURE, INTEGER, set()),
    (INTEGER, STRING, {"type-changed"}),
    (INTEGER, Simple("any"), {"type-widened"}),
    (Simple("any"), INTEGER, {"type-narrowed"}),
    (INTEGER, Simple("unread"), set()),
    (Simple("unread"), INNER, set()),
    (INNER, Simple("some object"), set()),
    (Simple("some object"), INNER, set()),
    (INNER, Simple("object"), {"field-removed"}),
    (Simple("object"), INNER, {"field-added"}),
    (INNER, OUTER, {"type-changed"}),
    (INNER, STRING, {"type-changed"}),
    (ListOf(INTEGER), ListOf(NUMBER), {"type-widened"}),
    (ListOf(INTEGER), ListOf(OrNull(INTEGER)), {"type-widened"}),
    (ListOf(OrNull(INTEGER)), ListOf(INTEGER), {"type-narrowed"}),
    (ListOf(OrNull(INTEGER, sure=False)), ListOf(INTEGER), set()),
    (ListOf(INNER), ListOf(OUTER), {"type-changed"}),
    (MapOf(INNER), MapOf(OUTER), {"type-changed"}),
    (MapOf(INTEGER), INNER, set()),
    (Literals(("a",)), Literals(("a", "b")), {"type-widened"}),
    (Literals(("a", "b")), Literals(("a",)), {"type-narrowed"}),
    (Literals(("a",)), STRING, {"type-widened"}),
    (Literals((1,)), NUMBER, {"type-widened"}),
    (Literals((True,)), Simple("boolean"), {"type-widened"}),
    (STRING, Either((STRING, INTEGER)), {"type-widened"}),
    (Either((STRING, INTEGER)), Either((INTEGER, STRING)), set()),
    (INTEGER, OrNull(INTEGER), {"field-became-nullable"}),
    (OrNull(INTEGER), INTEGER, {"field-never-null"}),
    (INTEGER, OrNull(INTEGER, sure=False), set()),
    (OrNull(INTEGER, sure=False), OrNull(INTEGER), set()),
]


@pytest.mark.parametrize("old,new,rules", TYPES)
def test_a_type_is_compared_as_a_reader_meets_it(old, new, rules):
    before, after = (contract(("a", term, True)) for term in (old, new))
    assert {change.rule for change in compare(before, after)} == rules


NULLABLE = Endpoint(path="/a", hosts=("h",), presence="nullable")
OPTIONAL = Endpoint(path="/a", hosts=("h",))
REQUIRED = Endpoint(path="/a", hosts=("h",), presence="required")
UNKNOWN = Endpoint(path="/a", hosts=("h",), presence="unknown")
MOVED = Endpoint(path="/b", hosts=("h",), at="response.usage")

ENDPOINTS = [
    (REQUIRED, OPTIONAL, ["usage-became-optional"]),
    (REQUIRED, NULLABLE, ["usage-became-nullable"]),
    (OPTIONAL, NULLABLE, ["usage-became-nullable"]),
    (OPTIONAL, REQUIRED, ["usage-became-required"]),
    (NULLABLE, REQUIRED, ["usage-never-null"]),
    (NULLABLE, OPTIONAL, ["usage-never-null"]),
    (REQUIRED, UNKNOWN, []),
    (UNKNOWN, NULLABLE, []),
    (OPTIONAL, MOVED, ["endpoint-removed", "usage-moved", "endpoint-added"]),
]


@pytest.mark.parametrize("old,new,rules", ENDPOINTS)
def test_a_call_is_compared_where_both_documents_speak_of_calls(old, new, rules):
    entry = ("a", INTEGER, True)
    before, after = (contract(entry, endpoints=(endpoint,)) for endpoint in (old, new))
    assert [change.rule for change in compare(before, after)] == rules
    assert compare(before, contract(entry)) == ()


def test_every_rule_is_exercised_here():
    found = {rule for *_, rules in (*EDITED, *TYPES, *ENDPOINTS) for rule in rules}
    assert found == {*RULES}


def test_a_rename_is_guessed_with_how_sure():
    before = contract(("input_tokens", NUMBER, True, "In."), ("x", STRING, True), ("output_tokens", NUMBER, True))
    after = contract(("prompt_tokens", NUMBER, False, "In."), ("completion_tokens", NUMBER, True), ("y", INTEGER, True))
    assert render(compare(before, after)) == (
        "breaking  field-renamed          usage.input_tokens   perhaps renamed to prompt_tokens, 99 % sure\n"
        "breaking  field-became-optional  usage.prompt_tokens  may be absent, was required\n"
        "breaking  field-removed          usage.x              documented no longer\n"
        "breaking  field-renamed          usage.output_tokens  perhaps renamed to completion_tokens, 95 % sure\n"
        "drift     field-added            usage.y              documented, was not: integer, always there\n"
        "4 breaking, 1 drift"
    )


def test_a_field_is_renamed_to_one_field_only():
    before = contract(("a_tokens", NUMBER, True), ("b_tokens", NUMBER, True))
    changes = compare(before, contract(("c_tokens", NUMBER, True)))
    assert sorted(change.rule for change in changes) == ["field-removed", "field-renamed"]


HOSTILE = ModelEntry('a"|<b>`\n::error::%', INTEGER, required=True, meaning="x\x1b[31m\u202e")


def test_each_format_shows_hostile_names_as_they_are():
    changes = compare(contract(), contract(HOSTILE))
    assert render(changes) == (
        'drift  field-added  usage["a\\"|<b>`\\n::error::%"]  documented, was not: integer, always there\n1 drift'
    )
    assert render(changes, "markdown") == (
        "| severity | rule | path | change |\n|---|---|---|---|\n"
        '| drift | field-added | usage\\["a\\\\"\\|&lt;b&gt;\\`\\\\n::error::%"\\] '
        "| documented, was not: integer, always there |\n\n1 drift"
    )
    assert render(changes, "github") == (
        '::warning title=field-added::usage["a\\"|<b>`\\n::error::%25"]: documented, was not: integer, always there'
    )
    told = json.loads(render(changes, "json"))
    assert told["format"] == 1
    assert told["changes"][0]["severity"] == "drift"
    changed = compare(contract(HOSTILE), contract(ModelEntry(HOSTILE.name, INTEGER, required=True)))
    assert "\x1b" not in render(changed)
    assert "\u202e" not in render(changed, "markdown")


def test_nothing_changed_is_said_in_each_format():
    assert [render((), fmt) for fmt in ("text", "markdown", "github")] == ["nothing changed", "nothing changed", ""]
    with pytest.raises(ValueError, match="'xml' is no format; there are text, json, markdown, github"):
        render((), "xml")


def test_types_are_told_in_words():
    from pytest_usage_contract.documents.terms import describe_term

    terms = {
        "list of number or null": ListOf(OrNull(NUMBER)),
        "object of integer": MapOf(INTEGER),
        '"a" or 1 or true': Literals(("a", 1, True)),
        "object or string": either((Simple("some object"), STRING)),
        "unknown": Simple("unread"),
        "object": INNER,
        "number": OrNull(UNSURE, sure=False),
    }
    assert {describe_term(term): term for term in terms.values()} == terms


def test_the_same_promise_does_not_depend_on_the_day():
    assert same_promise(contract(("a", INTEGER, True)), contract(("a", INTEGER, True)))
    assert not same_promise(contract(("a", INTEGER, True)), contract(("a", NUMBER, True)))
    assert not same_promise(contract(("a", INTEGER, True)), contract(("a", INTEGER, False)))
    assert not same_promise(contract(("a", INTEGER, True)), TOY)


def test_the_reference_has_every_rule():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "documents.md").read_text(encoding="utf-8")
    for rule in RULES.values():
        assert f"| `{rule.name}` | {rule.severity} | {rule.meaning} |" in page
