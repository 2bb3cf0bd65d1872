"""The grammar of a page: what breaks it is an error with line and column."""

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.documents import DocumentError, MissingExtraError, document_files, markdown_page

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
    monkeypatch.setattr(document_files, "import_module", refuse)
    with pytest.raises(MissingExtraError, match=r'markdown-it-py: pip install "pytest-usage-contract\[documents\]"'):
        read_pages(HEAD + ROW)
