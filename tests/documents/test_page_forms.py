"""Every form in which the pages of these kits say a type, and forms that nobody documented."""

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.documents import DocumentError

CHECK, MINUS = ":heavy_check_mark:", ":heavy_minus_sign:"

OBJECT = (
    "# X\n\n## Fields\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n| `n` | *int* | {check} | N/A |"
)
NESTED = {"models/x.md": OBJECT.format(check=CHECK)}
TS_NESTED = {"models/x.md": OBJECT.format(check=CHECK).replace("*int*", "*number*")}
GO_NESTED = {
    "models/x.mdx": '---\ntitle: "X"\n---\n' + OBJECT.format(check=CHECK).replace("# X", "").replace("*int*", "`int64`")
}
ENUM_TS = {"models/x.md": '# X\n\n## Values\n\n```typescript\n"url" | "b64_json"\n```\n'}
ENUM_LIST = {
    "models/x.md": '# X\n\n## Example Usage\n\n```python\nfrom m import X\n```\n\n## Values\n\n- `"url"`\n- `"b64_json"`\n'
}
ENUM_TABLE = {
    "models/x.md": "# X\n\n## Values\n\n| Name | Value |\n| --- | --- |\n| `URL` | url |\n| `B64` | b64_json |\n"
}
ENUM_OPEN = {
    "models/x.md": '# X\n\nThis is an open enum.\n\n## Values\n\n```typescript\n"url" | Unrecognized<string>\n```\n'
}
UNION = {
    "models/x.md": "# X\n\n## Supported Types\n\n### `models.A`\n\n```python\nvalue: models.A = ...\n```\n\n### `int`\n\n## Notes\n",
    "models/a.md": OBJECT.format(check=CHECK).replace("# X", "# A"),
}
UNION_OF_OBJECTS = {
    "models/x.md": "# X\n\n## Supported Types\n\n### `components.A`\n\n### `components.B`\n",
    "models/a.md": OBJECT.format(check=CHECK).replace("# X", "# A").replace("*int*", "*number*"),
    "models/b.md": OBJECT.format(check=CHECK).replace("# X", "# B").replace("*int*", "*number*").replace("`n`", "`m`"),
}
X = "models/x.md"

TYPESCRIPT = [
    ("*number*", CHECK, {}, "number, required, null unknown, whole unknown"),
    ("*number*", MINUS, {}, "number, optional, null unknown, whole unknown"),
    ("*string*", CHECK, {}, "string, required, null unknown"),
    ("*boolean*", MINUS, {}, "boolean, optional, null unknown"),
    ("*any*", CHECK, {}, "any, required, nullable"),
    (f"[components.X]({X})", CHECK, TS_NESTED, "object, required, null unknown"),
    (f"[operations.X]({X})[]", CHECK, TS_NESTED, "list, required, null unknown"),
    ("*number*[]", MINUS, {}, "list, optional, null unknown, whole unknown"),
    ("*operations.X*[]", CHECK, {}, "list, required, null unknown, type unknown"),
    ("*components.X*", MINUS, {}, "any, optional, null unknown, type unknown"),
    ('*"content"*', CHECK, {}, "string, required, null unknown"),
    ("*false*", CHECK, {}, "boolean, required, null unknown"),
    ("*true*", CHECK, {}, "boolean, required, null unknown"),
    ("Record<string, *any*>", MINUS, {}, "object, optional, null unknown"),
    ("Record<string, Record<string, *boolean*>>", MINUS, {}, "object, optional, null unknown"),
    (r"Record\<string, *any*>", MINUS, {}, "object, optional, null unknown"),
    (
        f"[File](https://developer.mozilla.org/File) \\| [components.X]({X})",
        CHECK,
        TS_NESTED,
        "any, required, null unknown",
    ),
    ('*"a"* \\| *"b"* \\| *null*', CHECK, {}, "string, required, nullable"),
    ("([components.A](a.md) \\| *string*)[]", CHECK, {}, "list, required, null unknown, type unknown"),
    ("[Date](https://developer.mozilla.org/Date)", CHECK, {}, "string, required, null unknown"),
    (f"[components.X]({X})", CHECK, ENUM_TS, "string, required, null unknown"),
    (f"[components.X]({X})", CHECK, ENUM_OPEN, "string, required, null unknown"),
    (f"[components.X]({X})", CHECK, UNION_OF_OBJECTS, "object, required, null unknown, fields unknown"),
    (f"[components.X]({X})[]", CHECK, UNION_OF_OBJECTS, "list, required, null unknown, fields unknown"),
    (f"Record<string, [components.X]({X})>", CHECK, UNION_OF_OBJECTS, "object, required, null unknown, fields unknown"),
]
PYTHON = [
    ("*int*", CHECK, {}, "integer, required"),
    ("*float*", CHECK, {}, "number, required"),
    ("*str*", CHECK, {}, "string, required"),
    ("*bool*", CHECK, {}, "boolean, required"),
    ("*Any*", MINUS, {}, "any, optional, nullable"),
    ("*Optional[float]*", MINUS, {}, "number, optional"),
    ("*OptionalNullable[int]*", MINUS, {}, "integer, optional, nullable"),
    ("*Nullable[str]*", CHECK, {}, "string, required, nullable"),
    (f"[models.X]({X})", CHECK, NESTED, "object, required"),
    (f"[Optional[models.X]]({X})", MINUS, NESTED, "object, optional"),
    (f"[OptionalNullable[models.X]]({X})", MINUS, NESTED, "object, optional, nullable"),
    (f"[Nullable[models.X]]({X})", CHECK, NESTED, "object, required, nullable"),
    (f"List[[models.X]({X})]", MINUS, NESTED, "list, optional, null unknown"),
    ("List[*int*]", CHECK, {}, "list, required, null unknown"),
    ("List[*Nullable[str]*]", CHECK, {}, "list, required, null unknown"),
    ("List[Dict[str, *Any*]]", CHECK, {}, "list, required, null unknown"),
    ("Dict[str, *Any*]", MINUS, {}, "object, optional, null unknown"),
    (f"Dict[str, [models.X]({X})]", MINUS, NESTED, "object, optional, null unknown"),
    ("Dict[str, Dict[str, *bool*]]", MINUS, {}, "object, optional, null unknown"),
    ('*Literal["tokens"]*', CHECK, {}, "string, required"),
    ('*Optional[Literal["entry"]]*', MINUS, {}, "string, optional"),
    ("*Union[bytes, IO[bytes], io.IOBase]*", CHECK, {}, "string, required"),
    ("*Union[int, None]*", CHECK, {}, "integer, required, nullable"),
    ("*Union[int, Any]*", CHECK, {}, "any, required, nullable"),
    ("*None*", CHECK, {}, "any, required, nullable"),
    ('*Union[Literal["a"], Literal["b"]]*', CHECK, {}, "string, required"),
    ("[date](https://docs.python.org/3/library/datetime.html)", CHECK, {}, "string, required"),
    ("list[[shared.X](undefined/models/shared/x.md)]", CHECK, {}, "list, required, null unknown, type unknown"),
    (f"[models.X]({X})", CHECK, ENUM_LIST, "string, required"),
    (f"[models.X]({X})", CHECK, ENUM_TABLE, "string, required"),
    (f"[models.X]({X})", CHECK, UNION, "any, required"),
    ("*models.X*", CHECK, {}, "any, required, type unknown"),
]
GO = [
    ("`int64`", CHECK, {}, "integer, required"),
    ("`float64`", CHECK, {}, "number, required"),
    ("`*bool`", MINUS, {}, "boolean, optional"),
    ("`*float64`", CHECK, {}, "number, required, nullable"),
    ("optionalnullable.OptionalNullable[`float64`]", MINUS, {}, "number, optional, nullable"),
    ("optionalnullable.OptionalNullable[[components.X](models/x.mdx)]", MINUS, GO_NESTED, "object, optional, nullable"),
    ("[*components.X](models/x.mdx)", MINUS, GO_NESTED, "object, optional"),
    ("[components.X](models/x.mdx)", CHECK, GO_NESTED, "object, required"),
    ("[]`string`", MINUS, {}, "list, optional, null unknown"),
    ("[][components.X](models/x.mdx)", CHECK, GO_NESTED, "list, required, null unknown"),
    ("map[string]`any`", MINUS, {}, "object, optional, null unknown"),
    ("map[string]`*int64`", MINUS, {}, "object, optional, null unknown"),
    ("[time.Time](https://pkg.go.dev/time#Time)", CHECK, {}, "string, required"),
    ("`any`", CHECK, {}, "any, required, nullable"),
]
OTHERS = [
    ("java", r"*Optional\<Long>*", MINUS, {}, "integer, optional"),
    ("java", "*long*", CHECK, {}, "integer, required"),
    ("java", r"*JsonNullable\<Double>*", MINUS, {}, "number, optional, nullable"),
    (
        "java",
        f"[Optional<? extends X>]({X})",
        MINUS,
        {X: TS_NESTED[X].replace("*number*", "*long*")},
        "object, optional",
    ),
    ("php", "*?float*", MINUS, {}, "number, optional, null unknown"),
    ("php", "*?int*", CHECK, {}, "integer, required, nullable"),
    ("php", "array<*string*>", CHECK, {}, "list, required, null unknown"),
    ("php", f"[?Components\\X]({X})", CHECK, NESTED, "object, required, nullable"),
    ("ruby", "*T.nilable(::Integer)*", MINUS, {}, "integer, optional, null unknown"),
    ("ruby", "*::String*", CHECK, {}, "string, required"),
]
FORMS = [
    *(("typescript", *form) for form in TYPESCRIPT),
    *(("python", *form) for form in PYTHON),
    *(("go", *form) for form in GO),
    *OTHERS,
]


def page(language, cell, mark, name="v"):
    return (
        f"# Usage\n\n## Example Usage\n\n```{language}\n```\n\n## Fields\n\n"
        "| Field | Type | Required | Description |\n| --- | --- | --- | --- |\n"
        f"| `{name}` | {cell} | {mark} | N/A |"
    )


@pytest.mark.parametrize("language,cell,mark,others,expected", FORMS, ids=[f"{form[0]} {form[1]}" for form in FORMS])
def test_each_form_of_a_type_is_read(language, cell, mark, others, expected, read_pages, told):
    read = read_pages({"Usage.md": page(language, cell, mark), **others})
    assert told(read.contract)[0] == f"usage.v: {expected}"
    # What is unknown is warned about, wherever it is not the flavour that has no way to say it.
    unread = {"type unknown", "fields unknown"} & {*expected.split(", ")}
    assert bool(unread) == bool(read.warnings)


BROKEN = [
    ("typescript", "*nubmer*"),
    ("typescript", "*int*"),
    ("typescript", "`number`"),
    ("typescript", "*number"),
    ("typescript", "Record<string, *any*"),
    ("typescript", "Record<*any*"),
    ("typescript", "*number*[] []x"),
    ("typescript", "(*number*, *string*)"),
    ("typescript", "{ [k: string]: *number* }"),
    ("typescript", "![picture](x.png)"),
    ("typescript", "[components.X<string>](x.md)"),
    ("typescript", "*number* \\|"),
    ("typescript", ""),
    ("python", "*number*"),
    ("python", "*str[int]*"),
    ("python", "*Literal[x]*"),
    ("python", "[models.X](x.md) *int*"),
    ("python", "List[" * 30 + "*int*" + "]" * 30),
    ("python", "*int*" + " " * 5_000 + "x"),
    ("go", "int64"),
    ("go", "[]"),
    ("java", "*float64*"),
    ("php", "*Optional[float]*"),
    ("ruby", "*Integer*"),
]


@pytest.mark.parametrize("language,cell", BROKEN)
def test_an_unknown_form_fails_with_line_and_column(language, cell, read_pages):
    with pytest.raises(DocumentError) as caught:
        read_pages(page(language, cell, CHECK))
    assert (caught.value.place.line, caught.value.place.column) == (12, 9 if cell else 10)


def test_the_message_shows_where_and_what(read_pages, tmp_path):
    with pytest.raises(DocumentError) as caught:
        read_pages(page("typescript", "*nubmer*", CHECK))
    where = f"{tmp_path.as_posix()}/Usage.md:12:9"
    assert str(caught.value) == f"{where}: type cell «*nubmer*» is not understood in a document of typescript"


def table(*rows):
    head = ["# Usage", "", "## Fields", "", "| Field | Type | Required | Description |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


UNDRESSED = [
    (["| `a` | *number* | :heavy_check_mark: | N/A |"], "typescript"),
    (["| `a` | *string* | :heavy_check_mark: | N/A |"], "typescript"),
    (["| `a` | *int* | :heavy_check_mark: | N/A |"], "php"),
    (["| `a_b` | *int* | :heavy_check_mark: | N/A |"], "python"),
    (["| `a_b` | [models.X](x.md) | :heavy_check_mark: | N/A |"], "typescript"),
    (["| `a` | *?int* | :heavy_check_mark: | N/A |"], "php"),
    (["| `a` | *long* | :heavy_check_mark: | N/A |"], "java"),
    (["| `a` | *::Integer* | :heavy_check_mark: | N/A |"], "ruby"),
    (["| `a` | `int64` | :heavy_check_mark: | N/A |"], "go"),
    (["| `a` | *int* | :heavy_check_mark: | N/A |", "| `b` | *Optional[int]* | :heavy_minus_sign: | N/A |"], "python"),
]


@pytest.mark.parametrize("rows,flavour", UNDRESSED)
def test_the_flavour_is_told_by_all_cells_and_by_the_least_that_can_be_meant(rows, flavour, tmp_path):
    from pytest_usage_contract.documents.markdown_pages import read_page
    from pytest_usage_contract.documents.pages import detect_flavour

    assert detect_flavour(read_page("Usage.md", table(*rows))).name == flavour


def test_cells_of_two_flavours_are_an_error_at_the_second(read_pages):
    with pytest.raises(DocumentError, match=r"Usage.md:8:9: "):
        read_pages(
            table(
                "| `a` | *number* | :heavy_check_mark: | N/A |", "| `b` | *Optional[int]* | :heavy_minus_sign: | N/A |"
            )
        )


def test_deprecated_names_extras_and_descriptions(read_pages, told):
    read = read_pages(
        table(
            r"| ~~`oldTokens`~~ | *number* | :heavy_minus_sign: | : warning: ** DEPRECATED **: use<br/>`newTokens` \{now\} |",
            "| `additionalProperties` | Record<string, *any*> | :heavy_minus_sign: | N/A |",
            r"| `newTokens` | *number* | :heavy_check_mark: | this \| that |",
        )
    )
    assert [(field.name, field.meaning) for field in checker(read.contract).fields] == [
        ("old_tokens", "Deprecated: use `newTokens` {now}"),
        ("new_tokens", "this | that"),
    ]


def test_front_matter_names_an_mdx_page(read_pages):
    text = table("| `a` | *Optional[int]* | :heavy_minus_sign: | N/A |").replace(
        "# Usage\n", '---\ntitle: "ChatUsage"\n---\n'
    )
    assert read_pages({"x.mdx": text}).contract.source.document == "ChatUsage"
    assert read_pages({"y.mdx": text.replace('title: "ChatUsage"', "- a")}).contract.source.document == "y"


def test_a_type_that_says_optional_wins_over_a_column_that_says_required(read_pages, told):
    read = read_pages(table("| `a` | *Optional[int]* | :heavy_check_mark: | N/A |"))
    assert told(read.contract) == ["usage.a: integer, optional"]
    assert [remark.message for remark in read.warnings] == [
        "the field «a» is required, yet its type says optional: optional"
    ]


def test_other_columns_and_a_row_without_outer_pipes_are_read(read_pages, told):
    text = "# Usage\n\nField | Type | Required | Description | Example\n--- | --- | --- | --- | ---\n`a` | *int* | :heavy_check_mark: | N/A | 10"
    assert told(read_pages(text).contract) == ["usage.a: integer, required"]
