"""The grammar of a page and of its example: what breaks a page is an error with its place, an example is left out."""

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.documents import DocumentError, MissingExtraError, markdown_page, sources
from pytest_usage_contract.documents.markdown_page import Block, find_package, read_example
from pytest_usage_contract.documents.sources import Position, Remarks

HEAD = "# Usage\n\n## Fields\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n"
ROW = "| `a` | *Optional[int]* | :heavy_minus_sign: | N/A |\n"

BROKEN = [
    ("# Usage\n\nNothing here.\n", "1:1: no table of fields"),
    ("# Usage\n\n## Fields\n\nsoon\n", "3:1: no table of fields"),
    ("", "1:1: no table of fields"),
    (HEAD + ROW + "\n" + HEAD.split("\n\n", 2)[2] + ROW, "9:1: a second table of fields"),
    (HEAD + "half a row\n", "7:1: «» says neither required nor optional"),
    (HEAD + "| `a` | *int* | maybe | N/A |\n", "7:17: «maybe» says neither required nor optional"),
    (HEAD + "|  | *int* | :heavy_check_mark: | N/A |\n", "7:1: no field name"),
    (HEAD + ROW + ROW, "8:3: the field «a» stands here twice"),
    (HEAD.replace("| Required ", "| Needed ") + ROW, "5:1: the table of fields has no column Required"),
    ("---\nno end\n" + HEAD.replace("Field |", "Name |") + ROW, "5:1: no table of fields"),
]


@pytest.mark.parametrize("text,message", BROKEN)
def test_a_broken_page_is_an_error_with_line_and_column(text, message, read_pages, tmp_path):
    with pytest.raises(DocumentError) as caught:
        read_pages(text)
    assert f"{tmp_path.as_posix()}/Usage.md:{message}" in str(caught.value)


def test_deprecated_names_extras_and_descriptions_are_read(read_pages, contract):
    read = read_pages(
        HEAD
        + "| ~~`oldTokens`~~ | *number* | :heavy_minus_sign: | : warning: ** DEPRECATED **: use<br/>`newTokens` \\{now\\} |\n"
        + "| `additionalProperties` | Record<string, *any*> | :heavy_minus_sign: | N/A |\n"
        + "| `newTokens` | *number* | :heavy_check_mark: | this \\| that |\n"
    )
    assert [(field.name, field.meaning) for field in checker(contract(read)).fields] == [
        ("old_tokens", "Deprecated: use `newTokens` {now}"),
        ("new_tokens", "this | that"),
    ]


TITLED = [
    ('---\ntitle: "ChatUsage"\n---\n', "ChatUsage"),
    ("---\nsidebar: 1\ntitle: ChatUsage\n---\n", "ChatUsage"),
    ("---\nsidebar: 1\n---\n", "x"),
]


@pytest.mark.parametrize("matter,title", TITLED)
def test_front_matter_names_an_mdx_page(matter, title, read_pages):
    read = read_pages({"x.mdx": HEAD.replace("# Usage\n", matter, 1) + ROW})
    assert read.data["x-usage-contract"]["source"] == {"document": title}


def test_other_columns_and_a_row_without_outer_pipes_are_read(read_pages, told):
    text = "# Usage\n\nField | Type | Required | Description | Example\n--- | --- | --- | --- | ---\n`a` | *int* | :heavy_check_mark: | N/A | 10"
    assert told(read_pages(text)) == ["usage.a: integer, required"]


def test_a_page_as_large_as_may_be_is_read_in_time(read_pages, within_a_second):
    text = HEAD + "".join(f"| `a{number}` | *int* | :heavy_check_mark: | N/A |\n" for number in range(1_500))
    hostile = ["|" * 200_000, "[" * 200_000, "> " * 100_000, "`a" * 100_000, "## Values\n\n```\n" + '"\\' * 100_000]
    for page in hostile:
        with within_a_second(), pytest.raises(DocumentError):
            read_pages("# Usage\n\n" + page)
    assert len(read_pages(text).data["properties"]) == 1_500


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch, read_pages):
    def refuse(name, *rest):
        raise ImportError(name)

    markdown_page.markdown_parser.cache_clear()
    monkeypatch.setattr(sources, "import_module", refuse)
    with pytest.raises(MissingExtraError, match=r'markdown-it-py: pip install "pytest-usage-contract\[documents\]"'):
        read_pages(HEAD + ROW)


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


@pytest.mark.parametrize(
    "line",
    ["let a:\n", "import a\n", "const a = [[[[", "let a = {a:1,\n", "const aaaa     \n", 'from "@aaaa\n', "export "],
)
def test_an_example_as_large_as_may_be_is_looked_through_in_time(line, within_a_second):
    hostile = page(line * (256 * 1024 // len(line)))
    with within_a_second():
        assert (read_example(hostile, Remarks()), find_package(hostile)) == (None, "")
