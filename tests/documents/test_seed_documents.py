"""The documents of some contracts, in the form in which they were read, with and without the pages they link to."""

from pathlib import Path

import pytest

from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract_file import parse_contract, write_contract
from pytest_usage_contract.documents import compare, read_document
from pytest_usage_contract.providers import atoma, openrouter, orq

KITS = Path(__file__).parent / "kits"

DOCUMENTS = [
    (atoma.COMPLETIONS, "atoma/docs/models/components/usage.md", "atoma"),
    (openrouter.ALPHA_RESPONSES, "openrouter/docs/models/operations/postapialpharesponsesusage.md", "openrouter"),
    (orq.DEPLOYMENTS_INVOKE, "orq-python/docs/models/deploymentinvokeusage.md", "orq-python"),
    (orq.IMAGES_GENERATIONS, "orq-node/docs/models/operations/postv2proxyimagesgenerationsusage.md", "orq-node"),
    (orq.IMAGES_EDITS, "orq-node/docs/models/operations/postv2proxyimageseditsusage.md", "orq-node"),
]
by_document = pytest.mark.parametrize("contract,path,kit", DOCUMENTS, ids=[str(row[0]) for row in DOCUMENTS])


def fields(read):
    return checker(parse_contract(read.data)).fields


def paths(contract):
    return [field.path for field in checker(contract).fields]


def top(contract):
    return [field for field in checker(contract).fields if field.path.count(".") == 1]


@by_document
def test_each_contract_is_equal_to_its_document(contract, path, kit):
    read = read_document(KITS / path, name=contract.name, root=KITS / kit)
    assert compare(write_contract(contract), read.data) == ()
    assert compare(read.data, write_contract(contract)) == ()
    assert [field.path for field in fields(read)] == paths(contract)
    assert parse_contract(read.data).example == contract.example


@by_document
def test_nothing_is_remarked_where_all_pages_are_there_and_the_spelling_is_told(contract, path, kit):
    read = read_document(KITS / path, root=KITS / kit, wire_names="snake_case")
    assert read.remarks == ()
    assert "either_spelling" not in read.data["x-usage-contract"]


@by_document
def test_without_its_nested_pages_a_document_still_gives_the_top_level_fields(contract, path, kit, tmp_path):
    page = tmp_path / "Usage.md"
    page.write_text((KITS / path).read_text(encoding="utf-8"), encoding="utf-8")
    read = read_document(page, name=contract.name)
    assert compare(write_contract(contract), read.data) == ()
    assert [(field.name, field.required, field.meaning) for field in fields(read)] == [
        (field.name, field.required, field.meaning) for field in top(contract)
    ]
    nested = {field.name for field in top(contract) if field.type == "object"}
    assert {field.name for field in fields(read) if {"type", "fields"} & {*field.unknown}} == nested
    for mine, theirs in zip(fields(read), top(contract), strict=True):
        # The page shows the objects in its example; where it has none, their type is unknown as well.
        assert mine.type == theirs.type or mine.unknown[0] == "type"
        assert mine.nullable == theirs.nullable or "null" in mine.unknown
    # However many pages are not there, one sentence says so.
    assert [remark.message.partition(" out of the folder")[1] for remark in read.remarks][:2].count(
        " out of the folder"
    ) == 1


@by_document
def test_the_pages_may_lie_beside_one_another(contract, path, kit, tmp_path):
    for page in (KITS / path).parent.iterdir():
        (tmp_path / page.name).write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    read = read_document(tmp_path / Path(path).name)
    assert [field.path for field in fields(read)] == paths(contract)
    assert any("beside, titled alike" in remark.message for remark in read.remarks)
