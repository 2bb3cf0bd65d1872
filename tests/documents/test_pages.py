"""Pages and all that they link to; what they cannot say is judged leniently, and said to be unknown."""

import pytest
from toy import codes

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.documents import DocumentError
from pytest_usage_contract.documents.pages import parse_wire_names, to_snake_case

HEAD = "# Usage\n\n## Fields\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n"


def row(name, cell, mark=":heavy_check_mark:"):
    return f"| `{name}` | {cell} | {mark} | N/A |\n"


TYPESCRIPT = (
    HEAD
    + row("totalTokens", "*number*")
    + row("cacheCreation1hTokens", "*number*", ":heavy_minus_sign:")
    + row("costDetails", "[components.CostDetails](gone.md)", ":heavy_minus_sign:")
    + row("cost", "*number*", ":heavy_minus_sign:")
)

KEPT = [
    ({"total_tokens": 1}, "total_tokens"),
    ({"total_tokens": None}, "total_tokens"),
    ({"totalTokens": 1, "cacheCreation1hTokens": 2}, "totalTokens"),
    ({"total_tokens": 1, "cache_creation_1h_tokens": 2}, "total_tokens"),
    ({"total_tokens": 1, "cache_creation1h_tokens": 2}, "total_tokens"),
    ({"total_tokens": 1, "cost_details": {"anything": [{}]}}, "total_tokens"),
    ({"total_tokens": 1, "cost_details": "none"}, "total_tokens"),
    ({"total_tokens": 1, "cost": 0.0012}, "total_tokens"),
]
BROKEN = [
    ({"total_tokens": "1"}, [("wrong-type", "usage.total_tokens")]),
    ({}, [("missing-field", "usage.total_tokens")]),
    ({"total_tokens": 1, "cacheCreation1hTokens": 2}, [("sdk-spelling", "usage.cache_creation_1h_tokens")]),
    (
        {"totalTokens": 1, "cache_creation1h_tokens": 2},
        [("sdk-spelling", "usage.total_tokens"), ("sdk-spelling", "usage.cache_creation_1h_tokens")],
    ),
    ({"total_tokens": 1.5}, [("fractional-count", "usage.total_tokens")]),
    ({"total_tokens": 1, "other_tokens": 2}, [("undocumented-field", "usage.other_tokens")]),
]


@pytest.mark.parametrize("usage,spelled", KEPT)
def test_what_the_document_cannot_say_is_no_finding(usage, spelled, read_pages, contract):
    verdict = checker(contract(read_pages(TYPESCRIPT))).check(usage)
    assert verdict.findings == ()
    assert f'"{spelled}"' in verdict.note


@pytest.mark.parametrize("usage,found", BROKEN)
def test_what_it_does_say_is_judged(usage, found, read_pages, contract):
    assert codes(checker(contract(read_pages(TYPESCRIPT))).check(usage)) == found


def test_once_somebody_says_how_the_wire_spells_the_other_spelling_is_a_finding(read_pages, contract):
    table = {"*": "snake_case", "cacheCreation1hTokens": "cache_creation_1h_tokens"}
    told = contract(read_pages(TYPESCRIPT, wire_names=table))
    assert codes(checker(told).check({"totalTokens": 1})) == [("sdk-spelling", "usage.total_tokens")]
    as_shown = contract(read_pages(TYPESCRIPT, wire_names="as_shown"))
    assert checker(as_shown).check({"totalTokens": 1}).findings == ()


def test_a_name_with_digits_stays_in_doubt_until_it_is_told_itself(read_pages):
    read = read_pages(TYPESCRIPT, wire_names="snake_case")
    assert "«cacheCreation1hTokens» so, or «cache_creation_1h_tokens»" in read.remarks[-1].message


def test_a_name_in_snake_case_is_in_no_doubt(read_pages):
    assert read_pages(HEAD + row("total_tokens", "*number*")).remarks == ()


def test_a_value_of_unknown_type_is_anything_but_null_where_the_language_knows_null(read_pages, contract):
    page = HEAD + row("async_", "*int*") + row("cost_details", "[Optional[models.CostDetails]](gone.md)")
    read = contract(read_pages(page))
    assert codes(checker(read).check({"async": 3, "cost_details": None})) == [("null-value", "usage.cost_details")]
    for value in ({}, [], "x", 1, 1.5, True):
        assert checker(read).check({"async": 3, "cost_details": value}).findings == ()


def test_a_type_that_says_optional_wins_over_a_column_that_says_required(read_pages, told):
    read = read_pages(HEAD + row("a", "*Optional[int]*"))
    assert told(read) == ["usage.a: integer, optional"]
    assert [remark.message for remark in read.remarks] == [
        "the field «a» is required, yet its type says optional: optional"
    ]


def test_one_of_several_objects_is_judged_by_the_alternative_that_fits_best(read_pages, contract):
    pages = {
        "Usage.md": HEAD + row("parts", "*Union[models.A, models.B]*"),
        "a.md": HEAD.replace("Usage", "A") + row("tokens", "*int*"),
        "b.md": HEAD.replace("Usage", "B") + row("seconds", "*float*"),
    }
    judge = checker(contract(read_pages(pages)))
    assert judge.check({"parts": {"tokens": 3}}).findings == judge.check({"parts": {"seconds": 0.5}}).findings == ()
    assert codes(judge.check({"parts": {"tokens": "3"}}))[0] == ("wrong-type", "usage.parts.tokens")


LANGUAGES = [
    (row("a", "*number*"), "null unknown, whole unknown"),
    (row("a_b", "*int*"), "usage.a_b: integer, required"),
    (row("a", "*str*"), "usage.a: string, required"),
    (row("a_b", "[models.X](x.md)"), "usage.a_b: any, required, type unknown"),
    (row("a", "[models.X](x.md)"), "usage.a: any, required, null unknown, type unknown"),
    (row("a", "*int*") + row("b", "*Optional[int]*", ":heavy_minus_sign:"), "usage.a: integer, required"),
]


@pytest.mark.parametrize("rows,expected", LANGUAGES)
def test_the_language_of_a_page_is_told_by_the_words_in_its_cells(rows, expected, read_pages, told):
    assert told(read_pages(HEAD + rows))[0].endswith(expected)


def test_a_page_whose_words_tell_its_language_is_read_in_it_whatever_links_there(read_pages, told):
    pages = {"Usage.md": HEAD + row("a", "[models.X](x.md)"), "x.md": HEAD + row("b", "*Optional[int]*")}
    assert told(read_pages(pages))[1] == "usage.a.b: integer, optional"


REFUSED = [
    (HEAD + row("a", "*number*") + row("b", "*Optional[int]*"), "8:9: the type cell «*Optional[int]*» is not underst"),
    (
        HEAD + row("a", "*?int*"),
        "7:9: the type cell «*?int*» is not understood in a page of a TypeScript or Python SDK",
    ),
    (HEAD + row("aB", "*string*") + row("AB", "*string*"), "8:10: a second field whose name on the wire may be «ab»"),
    ('# X\n\n## Values\n\n- `"a"`\n', "1:1: documents an enum, where an object is looked for"),
    ("# X\n\n## Supported Types\n\n### `models.A`\n", "1:1: documents a union; its members have pages of their own"),
    *(
        (
            f"# X\n\n```{word}\n```\n" + HEAD + row("a", cell),
            f"1:1: a page of a {name} SDK; those of TypeScript and Python",
        )
        for word, name, cell in [("go", "Go", "`int64`"), ("php", "PHP", "*?int*"), ("java", "Java", "*long*")]
    ),
    (f"# X\n\n```ruby\n```\n{HEAD}{row('a', '*::Integer*')}", "1:1: a page of a Ruby SDK"),
]


@pytest.mark.parametrize("text,message", REFUSED)
def test_what_is_no_page_of_a_typescript_or_python_object_is_a_located_error(text, message, read_pages, tmp_path):
    with pytest.raises(DocumentError) as caught:
        read_pages(text)
    assert f"{tmp_path.as_posix()}/Usage.md:{message}" in str(caught.value)


NESTED = [
    (HEAD + "| `a` |", "7:1: «» says neither required nor optional"),
    ("# X\n\n## Supported Types\n\n### `nonsense`\n", "1:1: the type cell «nonsense» is not understood"),
    (HEAD + row("a", "*?nonsense*"), "7:9: the type cell «*?nonsense*» is not understood"),
]


@pytest.mark.parametrize("text,message", NESTED)
def test_a_broken_nested_page_is_an_error_in_that_page(text, message, read_pages, tmp_path):
    with pytest.raises(DocumentError) as caught:
        read_pages({"Usage.md": HEAD + row("a", "[models.X](x.md)"), "x.md": text})
    assert str(caught.value).startswith(f"{tmp_path.as_posix()}/x.md:{message}")


def test_hostile_text_is_shown_escaped(read_pages):
    with pytest.raises(DocumentError) as caught:
        read_pages(HEAD + row("a", "*\x1b[31m::error::*"))
    assert "\x1b" not in str(caught.value)


OUTSIDE = ["../secret.md", "/etc/secret.md", "..%2Fsecret.md", "https:/x.md", "C:/x.md", "a/../../secret.md", "a%00b"]


@pytest.mark.parametrize("link", OUTSIDE)
def test_a_link_out_of_the_folder_is_refused_and_its_type_unknown(link, read_pages, told, tmp_path):
    (tmp_path / "secret.md").write_text(HEAD + row("b", "*int*"))
    docs = tmp_path / "docs"
    read = read_pages({"docs/Usage.md": HEAD + row("a", f"[models.Secret]({link})")}, root=docs)
    assert told(read) == ["usage.a: any, required, null unknown, type unknown"]
    assert [remark.message.partition(", ")[0] for remark in read.remarks] == ["1 link leads out of the folder"]


def test_a_symbolic_link_out_of_the_folder_is_refused(read_pages, told, tmp_path):
    (tmp_path / "secret.md").write_text(HEAD + row("b", "*int*"))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "x.md").symlink_to(tmp_path / "secret.md")
    read = read_pages({"docs/Usage.md": HEAD + row("a", "[models.X](x.md)")}, root=tmp_path / "docs")
    assert told(read) == ["usage.a: any, required, null unknown, type unknown"]


def test_links_that_lead_out_are_one_remark_and_what_matters_stays(read_pages, tmp_path):
    links = "".join(row(f"a{number}", f"[models.A{number}](../a{number}.md)") for number in range(30))
    read = read_pages({"docs/Usage.md": HEAD + links + row("b", "[models.B](b.md)")}, root=tmp_path / "docs")
    assert [str(remark) for remark in read.remarks] == [
        f"{tmp_path.as_posix()}/docs/Usage.md:7:10: 30 links lead out of the folder, the first to «../a0.md»: "
        "what is documented there is unknown",
        f"{tmp_path.as_posix()}/docs/Usage.md:37:9: «models.B» is unknown: «b.md» is not there",
    ]


def test_a_link_that_leads_out_of_the_folder_and_back_is_followed(read_pages, told, tmp_path):
    pages = {"models/Usage.md": HEAD + row("a", "[models.X](../models/x.md)"), "models/x.md": HEAD + row("b", "*int*")}
    read = read_pages(pages, root=tmp_path / "models")
    assert (told(read)[1], read.remarks) == ("usage.a.b: integer, required", ())


LOST = [f"{'x' * 300}.md", "loop.md", "folder"]


@pytest.mark.parametrize("link", LOST)
def test_a_link_that_the_file_system_refuses_is_unknown(link, read_pages, tmp_path):
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "folder").mkdir()
    (remark,) = read_pages(HEAD + row("a", f"[models.X]({link})")).remarks
    assert remark.message.endswith("is not there")


def test_a_page_beside_that_is_broken_or_titled_otherwise_is_not_taken(read_pages):
    page = HEAD + row("a", "[models.X](gone/x.md)") + row("b", "*models.Y*")
    messages = [remark.message for remark in read_pages({"Usage.md": page, "x.md": "broken", "y.md": HEAD}).remarks]
    assert messages == ["«models.X» is unknown: «gone/x.md» is not there", "«models.Y» is unknown: it is not linked"]


def test_pages_that_link_to_each_other_are_objects_inside_each_other(read_pages, told, contract):
    pages = {
        "Usage.md": HEAD + row("a", "*int*") + row("b", "[Optional[models.X]](x.md)", ":heavy_minus_sign:"),
        "x.md": HEAD.replace("Usage", "X") + row("c", "[Optional[models.Usage]](Usage.md)", ":heavy_minus_sign:"),
    }
    read = read_pages(pages)
    assert read.remarks == ()
    deep = {"a": 1, "b": {"c": {"a": 2, "b": {"c": {"a": "3"}}}}}
    assert codes(checker(contract(read)).check(deep)) == [("wrong-type", "usage.b.c.b.c.a")]


def test_pages_that_would_unfold_into_a_billion_fields_are_refused(read_pages):
    pages = {
        f"p{level}.md": HEAD + "".join(row(name, f"[models.X](p{level + 1}.md)") for name in "ab")
        for level in range(30)
    }
    with pytest.raises(DocumentError, match="more than"):
        read_pages({**pages, "p30.md": HEAD + row("a", "*int*")})


def test_unions_that_would_unfold_into_a_billion_members_are_refused(read_pages, within_a_second):
    title = "# X\n\n## Supported Types\n\n### `Array<models.X{0}>`\n\n### `Record<string, models.X{0}>`\n"
    pages = {f"x{level}.md": title.replace("# X", f"# X{level}").format(level + 1) for level in range(40)}
    with within_a_second(), pytest.raises(DocumentError, match="more than 10,000 schemas"):
        read_pages({"Usage.md": HEAD + row("a", "[models.X0](x0.md)"), **pages})


SHOWN = """# Usage

```typescript
let value: Usage = { mapOf: { keepMe: { nTokens: 1 } }, listOf: [{ nTokens: 2 }], oneOf: { nTokens: 3 }, gone: { aB: 1 } };
```

## Fields

| Field | Type | Required | Description |
|---|---|---|---|
| `mapOf` | Record<string, [components.X](x.md)> | :heavy_check_mark: | N/A |
| `listOf` | [components.X](x.md)[] | :heavy_check_mark: | N/A |
| `oneOf` | [components.X](x.md) \\| *string* | :heavy_check_mark: | N/A |
| `gone` | [components.Y](y.md) | :heavy_check_mark: | N/A |
"""
NESTED = "# X\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n| `nTokens` | *number* | :heavy_check_mark: | N/A |"


def test_an_example_is_put_on_the_wire_at_every_depth(read_pages, told):
    read = read_pages({"Usage.md": SHOWN, "x.md": NESTED})
    assert read.data["examples"] == [
        {
            "map_of": {"keepMe": {"n_tokens": 1}},
            "list_of": [{"n_tokens": 2}],
            "one_of": {"n_tokens": 3},
            "gone": {"a_b": 1},
        }
    ]
    # What could not be read is an object, since the example shows one.
    assert told(read)[-1] == "usage.gone: object, required, null unknown, fields unknown"


LEFT_OUT = [
    ("let value: Usage = [5];", "the example is no object: it is left out"),
    ('let value: Usage = { mapOf: "5" };', "the example breaks the document at «map_of»: it is left out"),
]


@pytest.mark.parametrize("code,message", LEFT_OUT)
def test_an_example_that_breaks_its_own_document_is_left_out(code, message, read_pages):
    text = SHOWN.replace(SHOWN.split("\n")[3], code)
    read = read_pages({"Usage.md": text, "x.md": NESTED, "y.md": NESTED.replace("# X", "# Y")})
    assert "examples" not in read.data
    assert message in [remark.message for remark in read.remarks]


def test_an_example_beside_unions_that_would_unfold_into_a_billion_members_is_refused_in_time(
    read_pages, within_a_second
):
    union = "# X{0}\n\n## Supported Types\n\n### `models.X{1}`\n\n### `models.Y{1}`\n"
    pages = {
        f"{kind.lower()}{level}.md": union.format(level, level + 1).replace("# X", f"# {kind}", 1)
        for level in range(30)
        for kind in "XY"
    }
    example = "```typescript\nlet value: Usage = { a: {} };\n```\n"
    with within_a_second(), pytest.raises(DocumentError, match="more than"):
        read_pages({"Usage.md": f"# Usage\n\n{example}\n{HEAD}{row('a', '[models.X0](x0.md)')}", **pages})


NAMES = [
    ("inputTokens", "input_tokens"),
    ("InputTokens", "input_tokens"),
    ("ephemeral1hInputTokens", "ephemeral_1h_input_tokens"),
    ("cacheCreation1hTokens", "cache_creation_1h_tokens"),
    ("cacheCreation5mTokens", "cache_creation_5m_tokens"),
    ("b64Json", "b64_json"),
    ("B64JSON", "b64_json"),
    ("IsBYOK", "is_byok"),
    ("isByok", "is_byok"),
    ("ID", "id"),
    ("IDs", "ids"),
    ("HTTPStatus", "http_status"),
    ("sha256Sum", "sha256_sum"),
    ("total", "total"),
    ("input_tokens", "input_tokens"),
    ("_meta", "_meta"),
    ("gpt-4.1", "gpt-4.1"),
]

SURE = [
    (None, "total", False, "total", True),
    (None, "totalTokens", False, "total_tokens", False),
    (None, "Total", False, "total", False),
    (None, "totalTokens", True, "totalTokens", True),
    (None, "async_", True, "async", True),
    (None, "end_", True, "end", True),
    (None, "_", True, "_", True),
    ("", "totalTokens", False, "total_tokens", False),
    ("snake_case", "totalTokens", False, "total_tokens", True),
    ("snake_case", "totalTokens", True, "total_tokens", True),
    ("snake_case", "b64Json", False, "b64_json", False),
    ("as_shown", "b64Json", False, "b64Json", True),
    ({"b64Json": "b64_json"}, "b64Json", False, "b64_json", True),
    ({"b64Json": "b64_json"}, "totalTokens", False, "total_tokens", False),
    ({"b64Json": "b64_json", "*": "as_shown"}, "totalTokens", False, "totalTokens", True),
]


@pytest.mark.parametrize("shown,wire", NAMES)
def test_a_name_is_put_into_snake_case(shown, wire):
    assert to_snake_case(shown) == wire


@pytest.mark.parametrize("said,shown,is_wire,name,sure", SURE)
def test_a_name_is_sure_only_where_no_other_is_possible(said, shown, is_wire, name, sure):
    assert parse_wire_names(said).of(shown, exact=is_wire) == (name, sure)
