"""The example of a page: read as JSON has its values, in wire names; or left out, with the place of what is wrong."""

import pytest

from pytest_usage_contract.documents.markdown_page import Block, find_package, read_example
from pytest_usage_contract.documents.sources import Position, Remarks

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
    ("let value: Usage = " + "[" * 5_000, 5, 1),
]


def page(code, language="typescript"):
    return (Block(language, code, Position("x.md", 5, 1)),)


@pytest.mark.parametrize("code,expected", READ)
def test_an_example_is_read(code, expected):
    remarks = Remarks()
    assert (read_example(page(code), remarks), remarks.listed()) == (expected, ())


@pytest.mark.parametrize("code,line,column", FOREIGN)
def test_an_example_that_is_not_understood_is_left_out_with_its_place(code, line, column):
    remarks = Remarks()
    assert read_example(page(code), remarks) is None
    assert [remark.place for remark in remarks.listed()] == [Position("x.md", line, column)]


def test_of_an_example_in_json_no_assignment_is_needed():
    assert read_example(page('{"a": 3}', "json"), Remarks()) == {"a": 3}
    assert read_example(page("use(it);"), Remarks()) is None


PACKAGES = [
    ('import { Usage } from "@acme/sdk/models";', "@acme/sdk"),
    ("import {\n  Usage,\n} from 'acme-sdk/models/components';", "acme-sdk"),
    ("from acme.models import Usage", ""),
]


@pytest.mark.parametrize("code,package", PACKAGES)
def test_the_package_is_that_of_the_import(code, package):
    assert find_package(page(code)) == package


@pytest.mark.parametrize("line", ["let a:\n", "import a\n", "const aaaa     \n", 'from "@aaaa\n', "export "])
def test_an_example_as_large_as_may_be_is_looked_through_in_time(line, within_a_second):
    hostile = page(line * (256 * 1024 // len(line)))
    with within_a_second():
        assert (read_example(hostile, Remarks()), find_package(hostile)) == (None, "")


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
