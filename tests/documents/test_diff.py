"""What changed for a reader of the response: each kind of change with its rule, and nothing where nothing changed."""

from pathlib import Path

import pytest
from toy import TOY

from pytest_usage_contract import contracts, json_schema
from pytest_usage_contract.documents import RULES, compare, read_document

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
    return read_document(tmp_path / page, root=tmp_path / kit).data


@pytest.mark.parametrize("page,old,new,rules", EDITED)
def test_each_kind_of_edit_is_found_and_nothing_else(page, old, new, rules, tmp_path):
    kit = page.partition("/")[0]
    before = read_document(KITS / page, root=KITS / kit).data
    assert {change.rule for change in compare(before, edited(kit, page, old, new, tmp_path))} == rules


@pytest.mark.parametrize("page", [ORQ, EDITS])
def test_an_unedited_copy_has_no_change(page, tmp_path):
    kit = page.partition("/")[0]
    before = read_document(KITS / page, root=KITS / kit).data
    assert compare(before, edited(kit, page, "nothing", "", tmp_path)) == ()


def file(*properties, endpoints=(), **words):
    """A contract file with a required field for each of *properties*, which are schemas by name."""
    source = {"document": "Usage", "package": "acme-sdk"}
    return {
        "x-usage-contract": {"name": "acme/chat", "source": source, "endpoints": [*endpoints]},
        **an_object(**dict(properties)),
        **words,
    }


def an_object(**properties):
    return {"type": "object", "properties": properties, "required": [*properties]}


def a_list(items):
    return {"type": "array", "items": items}


def a_map(values):
    return {"type": "object", "additionalProperties": values}


NUMBER, INTEGER, STRING, BOOLEAN = ({"type": word} for word in ("number", "integer", "string", "boolean"))
UNSURE = {**NUMBER, "x-unknown": ["whole"]}
MAYBE = {"type": ["integer", "null"]}
PERHAPS = {**MAYBE, "x-unknown": ["null"]}
ANY, UNREAD, FREE = {}, {"x-unknown": ["type"]}, {"type": "object"}
SOME_OBJECT = {**FREE, "x-unknown": ["fields"]}
INNER, OUTER = an_object(n=INTEGER), an_object(n=STRING)
NULL = {"type": "null"}

TYPES = [
    (INTEGER, NUMBER, {"type-widened"}),
    (NUMBER, INTEGER, {"type-narrowed"}),
    (NUMBER, {**NUMBER, "x-count": True}, set()),
    (INTEGER, UNSURE, set()),
    (UNSURE, INTEGER, set()),
    (UNSURE, NUMBER, set()),
    (INTEGER, STRING, {"type-changed"}),
    (INTEGER, ANY, {"type-widened"}),
    (ANY, INTEGER, {"type-narrowed"}),
    (INTEGER, UNREAD, set()),
    (UNREAD, INNER, set()),
    (INNER, SOME_OBJECT, set()),
    (SOME_OBJECT, INNER, set()),
    (INNER, FREE, {"field-removed"}),
    ({**FREE, "description": ""}, INNER, {"field-added"}),
    (INNER, OUTER, {"type-changed"}),
    (INNER, STRING, {"type-changed"}),
    ({"properties": {"n": INTEGER}, "required": ["n"]}, INNER, set()),
    (a_list(INTEGER), a_list(NUMBER), {"type-widened"}),
    (a_list(INTEGER), a_list(MAYBE), {"field-became-nullable"}),
    (a_list(PERHAPS), a_list(INTEGER), set()),
    (a_list(INNER), a_list(OUTER), {"type-changed"}),
    (a_list(INTEGER), {"type": "array"}, {"type-widened"}),
    (a_map(INNER), a_map(OUTER), {"type-changed"}),
    (a_map(INTEGER), a_map(STRING), {"type-changed"}),
    (a_map(INTEGER), INNER, set()),
    ({"const": "a"}, {"enum": ["a", "b"]}, {"type-widened"}),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, {"type-narrowed"}),
    ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}, set()),
    ({"enum": ["a", "b"]}, {"anyOf": [{"const": "b"}, {"const": "a"}]}, set()),
    ({"anyOf": [{"const": "a"}, {"enum": ["b", "c"]}]}, {"enum": ["a", "b"]}, {"type-narrowed"}),
    ({"const": "a"}, STRING, {"type-widened"}),
    ({"const": 1}, NUMBER, {"type-widened"}),
    ({"const": True}, BOOLEAN, {"type-widened"}),
    (STRING, {"type": ["string", "integer"]}, {"type-widened"}),
    ({"type": ["string", "integer"]}, {"anyOf": [INTEGER, STRING, INTEGER]}, set()),
    (INTEGER, MAYBE, {"field-became-nullable"}),
    (MAYBE, INTEGER, {"field-never-null"}),
    ({"const": "a"}, {"enum": ["a", None]}, {"field-became-nullable"}),
    ({"anyOf": [INNER, NULL]}, INNER, {"field-never-null"}),
    (INTEGER, PERHAPS, set()),
    (INTEGER, {**INTEGER, "x-unknown": ["null"]}, set()),
    (PERHAPS, MAYBE, set()),
    (NULL, {"const": None}, set()),
    (NULL, MAYBE, {"type-widened"}),
    ({"anyOf": [INNER, OUTER]}, an_object(n={"type": ["integer", "string"]}), set()),
    ({"anyOf": [INNER, an_object(m=INTEGER)]}, INNER, {"field-became-required", "field-removed"}),
]


@pytest.mark.parametrize("old,new,rules", TYPES)
def test_a_type_is_compared_as_a_reader_meets_it(old, new, rules):
    before, after = (file(("a", value)) for value in (old, new))
    assert {change.rule for change in compare(before, after)} == rules


PLACE = {"path": "/a", "hosts": ["h"]}
OPTIONAL, MOVED = PLACE, {"path": "/b", "hosts": ["h"], "at": "response.usage"}
NULLABLE, REQUIRED, UNKNOWN = ({**PLACE, "presence": word} for word in ("nullable", "required", "unknown"))

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
    before, after = (file(("a", INTEGER), endpoints=[endpoint]) for endpoint in (old, new))
    assert [change.rule for change in compare(before, after)] == rules
    assert compare(before, file(("a", INTEGER))) == ()


def test_every_rule_is_exercised_here():
    found = {rule for *_, rules in (*EDITED, *TYPES, *ENDPOINTS) for rule in rules}
    assert found == {*RULES}


def test_a_rename_is_guessed_with_how_sure():
    said = {"description": "In."}
    before = file(("input_tokens", {**NUMBER, **said}), ("x", STRING), ("output_tokens", NUMBER))
    after = file(
        ("prompt_tokens", {**NUMBER, **said}),
        ("completion_tokens", NUMBER),
        ("y", INTEGER),
        required=["completion_tokens", "y"],
    )
    assert [(change.rule, change.path, change.new, change.sure) for change in compare(before, after)] == [
        ("field-renamed", "usage.input_tokens", "prompt_tokens", 99),
        ("field-became-optional", "usage.prompt_tokens", "optional", 100),
        ("field-removed", "usage.x", "", 100),
        ("field-renamed", "usage.output_tokens", "completion_tokens", 95),
        ("field-added", "usage.y", "integer", 100),
    ]


def test_a_field_is_renamed_to_one_field_only():
    changes = compare(file(("a_tokens", NUMBER), ("b_tokens", NUMBER)), file(("c_tokens", NUMBER)))
    assert sorted(change.rule for change in changes) == ["field-removed", "field-renamed"]


def test_of_more_fields_than_can_be_rated_in_time_no_rename_is_guessed(within_a_second):
    before, after = (file(*((f"{side}_{number}_tokens", NUMBER) for number in range(1_000))) for side in ("a", "b"))
    with within_a_second():
        assert {change.rule for change in compare(before, after)} == {"field-removed", "field-added"}


def test_where_one_side_describes_no_field_no_meaning_has_changed():
    described, other = (("a", {**INTEGER, "description": text}) for text in ("Tokens.", "Counts."))
    assert compare(file(described), file(("a", INTEGER))) == compare(file(("a", INTEGER)), file(described)) == ()
    assert [change.rule for change in compare(file(described), file(other))] == ["meaning-changed"]
    lost = file(("a", INTEGER), ("b", {"anyOf": [INTEGER, {**STRING, "description": "Text."}]}))
    assert [change.rule for change in compare(file(described), lost)] == ["field-added", "meaning-changed"]


def test_what_is_inside_lists_and_maps_is_told_with_its_path():
    before, after = (file(("a", a_list(a_map(value))), ("b", a_list(value))) for value in (INNER, OUTER))
    assert [(change.rule, change.path) for change in compare(before, after)] == [
        ("type-changed", "usage.a[][*].n"),
        ("type-changed", "usage.b[].n"),
    ]
    before, after = (file(("a", a_list(value))) for value in (INTEGER, STRING))
    assert [(change.rule, change.path) for change in compare(before, after)] == [("type-changed", "usage.a[]")]


@pytest.mark.parametrize("contract", [*contracts(), TOY], ids=str)
def test_a_contract_does_not_differ_from_itself(contract):
    assert compare(json_schema(contract), json_schema(contract)) == ()


def test_a_definition_is_followed_and_one_that_contains_itself_once():
    reference = {"$ref": "#/$defs/A~1B"}
    before, after = (
        file(("a", reference), **{"$defs": {"A/B": an_object(n=value, inner=reference)}}) for value in (INTEGER, STRING)
    )
    assert [(change.rule, change.path) for change in compare(before, after)] == [("type-changed", "usage.a.n")]
    assert compare(before, before) == ()


def test_a_usage_that_is_one_of_several_objects_is_compared_in_all_of_them():
    before, after = (file(type="object", anyOf=[INNER, an_object(m=value)]) for value in (INTEGER, STRING))
    for side in (before, after):
        del side["properties"]
    assert [(change.rule, change.path) for change in compare(before, after)] == [("type-changed", "usage.m")]


DESCRIBED = {
    "list of number or null": a_list({"type": ["number", "null"]}),
    "list of any": {"type": "array"},
    "object of integer": a_map(INTEGER),
    r"\"a\" or 1 or true": {"enum": ["a", 1, True]},
    "object or string": {"anyOf": [SOME_OBJECT, STRING]},
    "unknown": UNREAD,
    "any": ANY,
    "null": NULL,
    "object": INNER,
    "number": {"type": ["number", "null"], "x-unknown": ["whole", "null"]},
    "integer or null": MAYBE,
}


@pytest.mark.parametrize("words, value", DESCRIBED.items(), ids=DESCRIBED)
def test_types_are_told_in_words(words, value):
    (change,) = compare(file(), file(("a", value)))
    assert change.new == words


def test_the_reference_has_every_rule():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "documents.md").read_text(encoding="utf-8")
    for rule in RULES.values():
        assert f"| `{rule.name}` | {rule.severity} | {rule.meaning} |" in page
