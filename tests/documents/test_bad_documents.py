"""What is wrong with a document is a located error, or an unknown field with a warning; it is never guessed."""

import time

import pytest

from pytest_usage_contract.documents import DocumentError, read_document
from pytest_usage_contract.documents.parsers import MissingExtraError
from pytest_usage_contract.documents.reader import ReadOptions, read_with_options

HEAD = "# Usage\n\n## Fields\n\n| Field | Type | Required | Description |\n|---|---|---|---|\n"
ROW = "| `a` | *Optional[int]* | :heavy_minus_sign: | N/A |\n"

BROKEN = [
    ("# Usage\n\nNothing here.\n", "1:1: no table of fields"),
    ("# Usage\n\n## Fields\n\nsoon\n", "3:1: no table of fields"),
    ("", "1:1: no table of fields"),
    (HEAD + ROW + "\n" + HEAD.split("\n\n", 2)[2] + ROW, "9:1: a second table of fields"),
    (HEAD + "| `a` | *int* |\n", "7:1: a row of 2 cells in a table of 4 columns"),
    (HEAD + "half a row\n", "7:1: a row of 1 cell in a table of 4 columns"),
    (HEAD + "| `a` | *int* | :heavy_check_mark: | N/A | 10 |\n", "7:1: a row of 5 cells in a table of 4 columns"),
    (HEAD + "| `a` | *int* | maybe | N/A |\n", "7:17: «maybe» says neither required nor optional"),
    (HEAD + "|  | *int* | :heavy_check_mark: | N/A |\n", "7:4: no field name"),
    (HEAD + ROW + ROW, "8:3: the field «a» stands here twice"),
    (
        HEAD + "| `aB` | *long* | :heavy_check_mark: | x |\n| `AB` | *long* | :heavy_check_mark: | x |\n",
        "8:10: a second field",
    ),
    (HEAD.replace("| Required ", "| Needed ") + ROW, "5:1: the table of fields has no column Required"),
    ("---\n[\n---\n" + HEAD + ROW, "1:1: the front matter is not YAML"),
    ('# X\n\n## Values\n\n- `"a"`\n', "1:1: documents an enum, where an object is looked for"),
    ("# X\n\n## Supported Types\n\n### `models.A`\n", "1:1: documents a union; its members have pages of their own"),
]


@pytest.mark.parametrize("text,message", BROKEN)
def test_a_broken_page_is_an_error_with_line_and_column(text, message, read_pages, tmp_path):
    with pytest.raises(DocumentError) as caught:
        read_pages(text)
    assert f"{tmp_path.as_posix()}/Usage.md:{message}" in str(caught.value)


NESTED = [
    (HEAD + "| `a` |", "7:1: a row of 1 cell in a table of 4 columns"),
    (
        "# X\n\n## Supported Types\n\n### `nonsense`\n",
        "1:1: the type «nonsense» of the union is not understood",
    ),
    (
        HEAD + "| `a` | *?nonsense* | :heavy_check_mark: | N/A |",
        "7:9: type cell «*?nonsense*» is not understood in a document of typescript or php or java or ruby or go or python",
    ),
]


@pytest.mark.parametrize("text,message", NESTED)
def test_a_broken_nested_page_is_an_error_in_that_page(text, message, read_pages, tmp_path):
    page = HEAD + "| `a` | [models.X](x.md) | :heavy_check_mark: | N/A |"
    with pytest.raises(DocumentError) as caught:
        read_pages({"Usage.md": page, "x.md": text})
    assert str(caught.value) == f"{tmp_path.as_posix()}/x.md:{message}"


def test_a_page_of_ten_megabytes_is_refused_at_once(tmp_path):
    page = tmp_path / "Usage.md"
    page.write_bytes(b"| a " * 2_500_000)
    began = time.perf_counter()
    with pytest.raises(DocumentError, match=r"Usage.md:1:1: larger than the 1,024 KiB"):
        read_document(page)
    assert time.perf_counter() - began < 2


def test_a_page_that_is_no_utf_8_is_an_error_at_the_byte(tmp_path):
    page = tmp_path / "Usage.md"
    page.write_bytes(b"# Usage\n\nab\xff")
    with pytest.raises(DocumentError, match=r"Usage.md:3:3: not UTF-8"):
        read_document(page)


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path, told):
    page = tmp_path / "Usage.md"
    page.write_bytes(b"\xef\xbb\xbf" + (HEAD + ROW).replace("\n", "\r\n").encode())
    assert told(read_document(page).contract) == ["usage.a: integer, optional"]


MISUSED = [
    ("nowhere.md", {}, "there is no such document"),
    ("nowhere.yaml", {}, "there is no such document"),
    ("page.txt", {}, "no kind of document that is known"),
    ("page.md#/a", {}, "a page has no pointer"),
    ("page.md", {"endpoint": "api.acme.example"}, "is no endpoint; one reads POST host/path"),
    ("page.md", {"endpoint": "POST a/b c"}, "is no endpoint"),
    ("page.md", {"name": "acme"}, "is no name of a contract"),
    ("page.md", {"wire_names": "kebab"}, "'kebab' is no convention of wire names"),
    ("page.md", {"root": "elsewhere"}, "not in the root «elsewhere»"),
]


@pytest.mark.parametrize("path,asked,message", MISUSED)
def test_a_misuse_says_what_would_do(path, asked, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_text(HEAD + ROW)
    with pytest.raises(ValueError, match=message):
        read_document(path, **asked)


def test_an_unknown_flavour_is_a_misuse_and_a_known_one_is_taken_at_its_word(tmp_path, told):
    page = tmp_path / "page.md"
    page.write_text(HEAD + "| `a` | *int* | :heavy_check_mark: | N/A |")
    assert read_with_options(page, ReadOptions(flavour="java")).contract.source.document == "Usage"
    with pytest.raises(ValueError, match="'cobol' is no flavour of documents; there are typescript, php"):
        read_with_options(page, ReadOptions(flavour="cobol"))
    with pytest.raises(DocumentError):
        read_with_options(page, ReadOptions(flavour="typescript"))


OUTSIDE = [
    "../secret.md",
    "/etc/secret.md",
    "..%2Fsecret.md",
    "https://acme.example/x.md",
    "C:/x.md",
    "a/../../secret.md",
]


@pytest.mark.parametrize("link", OUTSIDE)
def test_a_link_out_of_the_folder_is_refused_and_its_type_unknown(link, tmp_path, told):
    (tmp_path / "secret.md").write_text(HEAD + ROW)
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "Usage.md"
    page.write_text(HEAD + f"| `a` | [models.Secret]({link}) | :heavy_check_mark: | N/A |")
    read = read_document(page)
    assert told(read.contract) == ["usage.a: any, required, null unknown, type unknown"]
    assert [remark.message.partition(": ")[2].partition("» ")[2] for remark in read.warnings] == [
        "leads out of the folder"
    ]


def test_a_symbolic_link_out_of_the_folder_is_refused(tmp_path, told):
    (tmp_path / "secret.md").write_text(HEAD + ROW)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "x.md").symlink_to(tmp_path / "secret.md")
    page = tmp_path / "docs" / "Usage.md"
    page.write_text(HEAD + "| `a` | [models.X](x.md) | :heavy_check_mark: | N/A |")
    assert told(read_document(page).contract) == ["usage.a: any, required, null unknown, type unknown"]


def test_a_link_that_the_file_system_refuses_is_unknown(tmp_path):
    page = tmp_path / "Usage.md"
    page.write_text(HEAD + f"| `a` | [models.X]({'x' * 300}.md) | :heavy_check_mark: | N/A |")
    assert any(
        "cannot be read" in str(remark) or "is not there" in str(remark) for remark in read_document(page).warnings
    )


def test_a_cycle_of_links_is_cut_where_it_closes(read_pages, told):
    pages = {
        "Usage.md": HEAD + "| `a` | [models.X](x.md) | :heavy_check_mark: | N/A |",
        "x.md": HEAD + "| `b` | [models.Usage](Usage.md) | :heavy_check_mark: | N/A |",
    }
    read = read_pages(pages)
    assert told(read.contract) == [
        "usage.a: object, required, null unknown",
        "usage.a.b: object, required, null unknown, fields unknown",
    ]
    assert [remark.message for remark in read.warnings] == [
        "«models.Usage» contains itself: below this point its fields are unknown"
    ]


def test_pages_that_would_unfold_into_a_billion_fields_are_refused(read_pages):
    pages = {
        f"p{level}.md": HEAD
        + "".join(f"| `{name}` | [models.X](p{level + 1}.md) | :heavy_check_mark: | N/A |\n" for name in "ab")
        for level in range(30)
    }
    with pytest.raises(DocumentError, match="more than 2,000 fields"):
        read_pages({**pages, "p30.md": HEAD + ROW})


def test_hostile_text_is_shown_escaped(read_pages):
    with pytest.raises(DocumentError) as caught:
        read_pages(HEAD + "| `a` | *\x1b[31m::error::* | :heavy_check_mark: | N/A |")
    assert "\x1b" not in str(caught.value)
    assert "\\x1b[31m" in str(caught.value)


def test_a_page_beside_that_is_broken_or_titled_otherwise_is_not_taken(read_pages):
    pages = {
        "Usage.md": HEAD
        + "| `a` | [models.X](gone/x.md) | :heavy_check_mark: | N/A |\n| `b` | *models.Y* | :heavy_check_mark: | N/A |",
        "x.md": "broken",
        "y.md": HEAD + ROW,
    }
    messages = [remark.message for remark in read_pages(pages).warnings]
    assert messages == ["«models.X» is unknown: «gone/x.md» is not there", "«models.Y» is unknown: it is not linked"]


EXAMPLES = [
    ("let value: Usage = { a: 1, };", {"a": 1}),
    (
        'const value = {"a": -1.5e3, \'b\': "x\\u0041", c: [true, false, null, []], d: new Date("2026-01-01"), 1: {}};',
        {"a": -1500.0, "b": "xA", "c": [True, False, None, []], "d": "2026-01-01", "1": {}},
    ),
]


@pytest.mark.parametrize("code,expected", EXAMPLES)
def test_an_example_is_read(code, expected):
    from pytest_usage_contract.documents.document_files import Position
    from pytest_usage_contract.documents.page import Block, Page
    from pytest_usage_contract.documents.page_examples import read_example

    page = Page("Usage", Position("x.md"), rows=(), examples=(Block("typescript", code, Position("x.md", 5)),))
    assert read_example(page) == (expected, None)


def test_an_example_is_put_on_the_wire_at_every_depth(read_pages):
    code = "let value: Usage = { mapOf: { keepMe: { nTokens: 1 } }, listOf: [{ nTokens: 2 }], oneOf: { nTokens: 3 }, gone: { aB: 1 } };"
    rows = [
        "| `mapOf` | Record<string, [components.X](x.md)> | :heavy_check_mark: | N/A |",
        "| `listOf` | [components.X](x.md)[] | :heavy_check_mark: | N/A |",
        "| `oneOf` | [components.X](x.md) \\| *string* | :heavy_check_mark: | N/A |",
        "| `gone` | [components.Y](y.md) \\| *number*[] | :heavy_check_mark: | N/A |",
    ]
    nested = HEAD.replace("Usage", "X") + "| `nTokens` | *number* | :heavy_check_mark: | N/A |"
    page = f"# Usage\n\n```typescript\n{code}\n```\n\n## Fields\n\n" + HEAD.split("\n\n", 2)[2] + "\n".join(rows)
    assert read_pages({"Usage.md": page, "x.md": nested}).contract.example == {
        "map_of": {"keepMe": {"n_tokens": 1}},
        "list_of": [{"n_tokens": 2}],
        "one_of": {"n_tokens": 3},
        "gone": {"aB": 1},
    }


FOREIGN = [
    "let value: Usage = { a: foo() };",
    "let value: Usage = { a: 1 b: 2 };",
    "let value: Usage = { a 1 };",
    "let value: Usage = { a: 1",
    "let value: Usage = { a: `x` };",
    'let value: Usage = { a: "\\q" };',
    "let value: Usage = [1, 2;",
    "let value: Usage = " + "[" * 60,
]


@pytest.mark.parametrize("code", FOREIGN)
def test_an_example_that_is_not_understood_is_left_out_with_a_warning(code, read_pages):
    read = read_pages(
        f"# Usage\n\n```typescript\n{code}\n```\n\n## Fields\n\n"
        + HEAD.split("\n\n", 2)[2]
        + ROW.replace("Optional[int]", "number")
    )
    assert read.contract.example is None
    assert "Usage.md:4:" in str(read.warnings[0])
    assert read.warnings[0].message == "the example is not understood: it is left out"


@pytest.mark.parametrize(
    "code,message",
    [
        ("let value: Usage = 5;", "the example is no object: it is left out"),
        ('let value: Usage = { a: "5" };', "the example breaks the document at «a»: it is left out"),
    ],
)
def test_an_example_that_breaks_its_own_document_is_left_out_with_a_warning(code, message, read_pages):
    text = (
        f"# Usage\n\n```typescript\n{code}\n```\n\n## Fields\n\n"
        + HEAD.split("\n\n", 2)[2]
        + ROW.replace("Optional[int]", "number")
    )
    assert [remark.message for remark in read_pages(text).warnings] == [message]


def test_an_example_in_json_is_read_and_other_code_is_not(read_pages):
    blocks = '```typescript\nuse(it);\n```\n\n```\nplain\n```\n\n```json\n{"a": 3}\n```\n'
    assert read_pages(
        f"# Usage\n\n{blocks}\n" + HEAD.partition("\n\n")[2] + ROW.replace("Optional[int]", "number")
    ).contract.example == {"a": 3}


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch, tmp_path):
    def refuse(name, *rest):
        raise ImportError(name)

    monkeypatch.setattr("pytest_usage_contract.documents.parsers.import_module", refuse)
    page = tmp_path / "Usage.md"
    page.write_text(HEAD + ROW)
    with pytest.raises(MissingExtraError, match=r'markdown-it-py: pip install "pytest-usage-contract\[documents\]"'):
        read_document(page)
