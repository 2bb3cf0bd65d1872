"""JSON and YAML within bounds: what is damaged, or would not end, is an error with its place."""

import pytest

from pytest_usage_contract.documents import DocumentError, MissingExtraError, document_files, read_document

NOT_JSON = [
    ('{"a": ', "api.json:1:7: not JSON: Expecting value"),
    ("[" * 100_000, "api.json: nested too deeply"),
    ('{"a": ' + "1" * 5_000 + "}", "api.json: not JSON: "),
    ('{"properties": {"a":' * 400 + "{}" + "}}" * 400, "api.json: nested too deeply"),
]


@pytest.mark.parametrize("text,message", NOT_JSON)
def test_broken_json_is_a_located_error(text, message, read_schema):
    with pytest.raises(DocumentError) as caught:
        read_schema(text)
    assert f"/{message}" in str(caught.value)


NOT_YAML = [
    ("a: [", "2:1: not YAML"),
    ("a: \x00", " not YAML"),
    ("a: 2026-13-45", " not YAML"),
    ("? [a]\n: 1", "1:3: not YAML"),
    ("a: " + "[" * 20_000, "not YAML"),
    ("properties:\n  a: &a [*a]", "2:6: aliases that unfold into more than 2,000,000 nodes"),
    ("", " null, which is no schema"),
]

BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)
MERGES = "a0: &a0 {b: 1}\n" + "".join(
    f"a{level}: &a{level} {{<<: [{','.join([f'*a{level - 1}'] * 10)}]}}\n" for level in range(1, 10)
)
BOMBS = [
    BOMB + "properties:\n  t: {type: number, description: *a9}\n",
    BOMB + "properties:\n  t: *a9\n",
    BOMB + "properties:\n  t: {}\nexample: {t: *a9}\n",
    MERGES + "properties:\n  t: {}\n",
]


@pytest.mark.parametrize("text,message", NOT_YAML)
def test_broken_yaml_is_a_located_error(text, message, tmp_path):
    file = tmp_path / "api.yaml"
    file.write_text(text)
    with pytest.raises(DocumentError) as caught:
        read_document(file)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", BOMBS)
def test_aliases_that_would_unfold_into_a_billion_nodes_are_refused_at_once(text, tmp_path, within_a_second):
    file = tmp_path / "api.yaml"
    file.write_text(text)
    with within_a_second(), pytest.raises(DocumentError, match=r"api.yaml:\d:\d+: aliases that unfold into more than"):
        read_document(file)


def test_a_status_that_yaml_reads_as_a_number_is_found_by_its_pointer(tmp_path, told):
    file = tmp_path / "api.yml"
    file.write_text("answers:\n  200: [{properties: {a: &whole {type: integer}, b: *whole}}]\n")
    assert told(read_document(f"{file}#/answers/200/0")) == ["usage.a: integer, optional", "usage.b: integer, optional"]


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch, tmp_path):
    def refuse(name):
        raise ImportError(name)

    monkeypatch.setattr(document_files, "import_module", refuse)
    (tmp_path / "api.yaml").write_text("a: 1")
    with pytest.raises(MissingExtraError, match=r'PyYAML: pip install "pytest-usage-contract\[documents\]"'):
        read_document(tmp_path / "api.yaml")
