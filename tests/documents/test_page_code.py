"""Every form in which pages of TypeScript and Python SDKs say a type, and their examples; and forms that nobody documented."""

import pytest

from pytest_usage_contract.documents import DocumentError
from pytest_usage_contract.documents.document_files import Position, Remarks
from pytest_usage_contract.documents.markdown_page import Block
from pytest_usage_contract.documents.page_code import find_package, read_example

CHECK, MINUS = ":heavy_check_mark:", ":heavy_minus_sign:"

OBJECT = "# {title}\n\n## Fields\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n| `{name}` | *{type}* | :heavy_check_mark: | N/A |"
X = "models/x.md"
PY = {X: OBJECT.format(title="X", name="n", type="int")}
TS = {X: OBJECT.format(title="X", name="n", type="number")}
ENUM = {X: '# X\n\n## Values\n\n```typescript\n"url" | "b64_json"\n```\n'}
ENUM_LIST = {
    X: '# X\n\n## Example Usage\n\n```python\nfrom m import X\n```\n\n## Values\n\n- `"url"`\n- `"b64_json"`\n'
}
ENUM_TABLE = {X: "# X\n\n## Values\n\n| Name | Value |\n| --- | --- |\n| `URL` | url |\n| `B64` | 'b64_json' |\n"}
ENUM_OPEN = {X: '# X\n\nThis is an open enum.\n\n## Values\n\n```typescript\n"url" | Unrecognized<string>\n```\n'}
UNION = {
    X: "# X\n\n## Supported Types\n\n### `models.A`\n\n```python\nvalue: models.A = ...\n```\n\n### `int`\n\n## Notes\n",
    "models/a.md": OBJECT.format(title="A", name="n", type="int"),
}
UNION_OF_OBJECTS = {
    X: "# X\n\n## Supported Types\n\n### `components.A`\n\n### `components.B`\n",
    "models/a.md": OBJECT.format(title="A", name="n", type="number"),
    "models/b.md": OBJECT.format(title="B", name="m", type="number"),
}
UNION_OF_ITSELF = {X: "# X\n\n## Supported Types\n\n### `models.X`\n"}
UNION_OF_NOTHING = {X: "# X\n\n## Supported Types\n"}

TYPESCRIPT = [
    ("*number*", CHECK, {}, "number, required, null unknown, whole unknown"),
    ("*number*", MINUS, {}, "number, optional, null unknown, whole unknown"),
    ("*any*", CHECK, {}, "any, required, nullable"),
    ("*null*", CHECK, {}, "any, required, nullable"),
    (f"[components.X]({X})", CHECK, TS, "object, required, null unknown"),
    (f"[operations.X]({X})[]", CHECK, TS, "list, required, null unknown"),
    ("*number*[]", MINUS, {}, "list, optional, null unknown, whole unknown"),
    ("*operations.X*[]", CHECK, {}, "list, required, null unknown, type unknown"),
    ('*"content"*', CHECK, {}, "string, required, null unknown"),
    ("*false*", CHECK, {}, "boolean, required, null unknown"),
    ("*7*", CHECK, {}, "integer, required, null unknown"),
    ("*-1*", CHECK, {}, "integer, required, null unknown"),
    ("Record<string, Record<string, *boolean*>>", MINUS, {}, "object, optional, null unknown"),
    (r"Record\<string, *any*>", MINUS, {}, "object, optional, null unknown"),
    (f"[Date](https://dev.example/Date) \\| [components.X]({X})", CHECK, TS, "any, required, null unknown"),
    ('*"a"* \\| *"b"* \\| *null*', CHECK, {}, "string, required, nullable"),
    ("([components.A](a.md) \\| *string*)[]", CHECK, {}, "list, required, null unknown, type unknown"),
    ("[Date](https://dev.example/Date)", CHECK, {}, "string, required, null unknown"),
    (f"[components.X]({X})", CHECK, ENUM, "string, required, null unknown"),
    (f"[components.X]({X})", CHECK, ENUM_OPEN, "string, required, null unknown"),
    (f"[components.X]({X})", CHECK, UNION_OF_OBJECTS, "object, required, null unknown"),
]
PYTHON = [
    ("*int*", CHECK, {}, "integer, required"),
    ("*float*", CHECK, {}, "number, required"),
    ("*Any*", MINUS, {}, "any, optional, nullable"),
    ("*None*", CHECK, {}, "any, required, nullable"),
    ("*Optional[float]*", MINUS, {}, "number, optional"),
    ("*OptionalNullable[int]*", MINUS, {}, "integer, optional, nullable"),
    (f"[models.X]({X})", CHECK, PY, "object, required"),
    (f"[Optional[models.X]]({X})", MINUS, PY, "object, optional"),
    (f"[OptionalNullable[models.X]]({X})", MINUS, PY, "object, optional, nullable"),
    (f"List[[models.X]({X})]", MINUS, PY, "list, optional, null unknown"),
    ("List[*Nullable[str]*]", CHECK, {}, "list, required, null unknown"),
    ("*Optional[List[int]]*", MINUS, {}, "list, optional"),
    (f"Dict[str, [models.X]({X})]", MINUS, PY, "object, optional, null unknown"),
    ("Dict[str, Dict[str, *bool*]]", MINUS, {}, "object, optional, null unknown"),
    ('*Literal["tokens"]*', CHECK, {}, "string, required"),
    ('*Optional[Literal["entry", None]]*', MINUS, {}, "string, optional, nullable"),
    ("*Union[int, None]*", CHECK, {}, "integer, required, nullable"),
    ("*Union[int, Any]*", CHECK, {}, "any, required, nullable"),
    ('*Union[Literal["a"], Literal["b"]]*', CHECK, {}, "string, required"),
    ("*Union[int, float]*", CHECK, {}, "number, required"),
    ("list[[shared.X](undefined/models/shared/x.md)]", CHECK, {}, "list, required, null unknown, type unknown"),
    (f"[models.X]({X})", CHECK, ENUM_LIST, "string, required"),
    (f"[models.X]({X})", CHECK, ENUM_TABLE, "string, required"),
    (f"[models.X]({X})", CHECK, UNION, "any, required"),
    (f"[models.X]({X})", CHECK, UNION_OF_ITSELF, "any, required, type unknown"),
    (f"[models.X]({X})", CHECK, UNION_OF_NOTHING, "any, required, type unknown"),
]
FORMS = [*(("typescript", *form) for form in TYPESCRIPT), *(("python", *form) for form in PYTHON)]


def page(language, cell, mark):
    return (
        f"# Usage\n\n## Example Usage\n\n```{language}\n```\n\n## Fields\n\n"
        "| Field | Type | Required | Description |\n| --- | --- | --- | --- |\n"
        f"| `v` | {cell} | {mark} | N/A |"
    )


@pytest.mark.parametrize("language,cell,mark,others,expected", FORMS, ids=[f"{form[0]} {form[1]}" for form in FORMS])
def test_each_form_of_a_type_is_read(language, cell, mark, others, expected, read_pages, told):
    assert told(read_pages({"Usage.md": page(language, cell, mark), **others}))[0] == f"usage.v: {expected}"


BROKEN = [
    ("typescript", "*nubmer*"),
    ("typescript", "`number`"),
    ("typescript", "*Optional<string>*"),
    ("typescript", "Record<string, *any*"),
    ("typescript", "*number*[] []x"),
    ("typescript", "{ [k: string]: *number* }"),
    ("typescript", "![picture](x.png)"),
    ("typescript", "[components.X<string>](x.md)"),
    ("typescript", "*number* \\|"),
    ("typescript", "*string.*"),
    ("typescript", "*1.5*"),
    ("typescript", ""),
    ("python", "*str \\| f()*"),
    ("python", "*int[int]*"),
    ("python", "*Literal[x]*"),
    ("python", "[models.X](x.md) *int*"),
    ("python", "List[" * 300 + "*int*" + "]" * 300),
    ("python", f"*{'.'.join('a' * 1_900)}*"),
    ("python", "*int*" + " " * 5_000 + "x"),
]


@pytest.mark.parametrize("language,cell", BROKEN)
def test_an_unknown_form_fails_with_line_and_column(language, cell, read_pages):
    with pytest.raises(DocumentError) as caught:
        read_pages(page(language, cell, CHECK))
    assert (caught.value.place.line, caught.value.place.column) == (12, 9 if cell else 1)


READ = [
    ("let value: Usage = { a: 1, };", {"a": 1}),
    (
        'const value = {"a": -1.5e3, \'b\': "x\\u0041", c: [true, false, null, []], 1: {}};',
        {"a": -1500.0, "b": "xA", "c": [True, False, None, []], "1": {}},
    ),
    ("export let value: Usage = {\n  a: 1,\n};\nuse(value);", {"a": 1}),
    ("let value = {a: '1_000', b: \"yes\", c: 0}", {"a": "1_000", "b": "yes", "c": 0}),
]
FOREIGN = [
    ("let value: Usage = {\n a: foo() };", 6, 5),
    ("let value: Usage = { a: 1 b: 2 };", 5, 28),
    ("let value: Usage = { a 1 };", 5, 26),
    ("let value: Usage = { a: 1", 5, 26),
    ("let value: Usage = { a: `x` };", 5, 25),
    ('let value: Usage = { a: "\\q" };', 5, 27),
    ("let value: Usage = [1, 2;", 5, 26),
    ("let value: Usage = { a: 1_000 };", 5, 25),
    ("let value: Usage = { a: yes };", 5, 25),
    ("let value: Usage = { a: NaN };", 5, 25),
    ("let value: Usage = { a: 1e999 };", 5, 25),
    ("let value: Usage = { a: undefined };", 5, 25),
    ("let value: Usage = { [a]: 1 };", 5, 20),
    ("let value: Usage = { a: &x 1, b: *x };", 5, 20),
    ("let value: Usage =\n  a: 1\n", 6, 3),
    ("let value: Usage = \x07", 5, 1),
    ("let value: Usage = \n\n", 5, 1),
    ("let value: Usage = " + "[" * 5_000, 5, 1),
]


def blocks(code, language="typescript"):
    return (Block(language, code, Position("x.md", 5, 1)),)


@pytest.mark.parametrize("code,expected", READ)
def test_an_example_is_read(code, expected):
    remarks = Remarks()
    assert (read_example(blocks(code), remarks), remarks.listed()) == (expected, ())


@pytest.mark.parametrize("code,line,column", FOREIGN)
def test_an_example_that_is_not_understood_is_left_out_with_its_place(code, line, column):
    remarks = Remarks()
    assert read_example(blocks(code), remarks) is None
    assert [remark.place for remark in remarks.listed()] == [Position("x.md", line, column)]


def test_of_an_example_in_json_no_assignment_is_needed():
    assert read_example(blocks('{"a": 3}', "json"), Remarks()) == {"a": 3}
    assert read_example(blocks("use(it);"), Remarks()) is None


PACKAGES = [
    ('import { Usage } from "@acme/sdk/models";', "@acme/sdk"),
    ("import {\n  Usage,\n} from 'acme-sdk/models/components';", "acme-sdk"),
    ("from acme.models import Usage", ""),
]


@pytest.mark.parametrize("code,package", PACKAGES)
def test_the_package_is_that_of_the_import(code, package):
    assert find_package(blocks(code)) == package


@pytest.mark.parametrize(
    "line",
    ["let a:\n", "import a\n", "const a = [[[[", "let a = {a:1,\n", "const aaaa     \n", 'from "@aaaa\n', "export "],
)
def test_an_example_as_large_as_may_be_is_looked_through_in_time(line, within_a_second):
    hostile = blocks(line * (256 * 1024 // len(line)))
    with within_a_second():
        assert (read_example(hostile, Remarks()), find_package(hostile)) == (None, "")
