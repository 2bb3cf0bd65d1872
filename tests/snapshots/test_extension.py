"""The extension beside syrupy's own habits, with our files."""

import shutil
from importlib.metadata import version

import pytest
from toy import KEPT

from pytest_usage_contract.snapshots.snapshot import WITHOUT_SYRUPY

MANY = """
import json
from shop import body, respond
from syrupy.extensions.json import JSONSnapshotExtension

def test_several(usage_snapshot):
    assert respond() == usage_snapshot
    assert respond() == usage_snapshot
    assert respond() == usage_snapshot(name="second")
    assert respond() == usage_snapshot

class TestClass:
    def test_method(self, usage_snapshot):
        assert respond() == usage_snapshot(values=True)
"""
JSON = """
def test_json(snapshot):
    assert json.loads(body()) == snapshot(extension_class=JSONSnapshotExtension)

def test_default(snapshot):
    assert json.loads(body()) == snapshot.use_extension(JSONSnapshotExtension)

def test_amber(snapshot):
    assert json.loads(body()) == snapshot
"""
NAMES = [
    "test_shop/TestClass.test_method.usage.json",
    "test_shop/test_several.1.usage.json",
    "test_shop/test_several.3.usage.json",
    "test_shop/test_several.usage.json",
    "test_shop/test_several[second].usage.json",
]


@pytest.fixture
def merges():
    """Whether syrupy puts together what its workers know, as it does from version 7 on."""
    return int(version("syrupy").partition(".")[0]) >= 7


def test_names_and_numbers(shop):
    shop.test(MANY)
    shop.stores().stdout.fnmatch_lines(["5 snapshots generated."])
    assert list(shop.files) == NAMES
    shop.runs().assert_outcomes(passed=2)


def test_unused_snapshots_are_told_and_deleted_when_asked(shop):
    shop.test(MANY)
    shop.stores()
    (shop.stored / "test_shop" / "README.txt").write_text("a file of the team's own")
    shop.test(MANY.partition("class TestClass")[0])
    told = shop.runs()
    assert told.ret == 1
    told.stdout.fnmatch_lines(["*1 snapshot unused."])
    assert shop.runs("--snapshot-warn-unused").ret == 0
    shop.stores().stdout.fnmatch_lines(["*1 unused snapshot deleted."])
    assert list(shop.files) == NAMES[1:]
    assert (shop.stored / "test_shop" / "README.txt").exists()


def test_a_selection_leaves_the_others_alone(shop):
    shop.test(MANY)
    shop.stores()
    before = shop.files
    for selection in (("-k", "method"), ("-k", "usage or shop"), ("test_shop.py::test_several",)):
        assert shop.runs(*selection).ret == 0
        shop.stores(*selection)
        assert shop.files == before


def test_a_skipped_test_keeps_its_snapshot(shop, merges):
    if not merges:
        pytest.skip("syrupy 5 deletes the snapshots of skipped tests")
    shop.test(MANY)
    shop.stores()
    before = shop.files
    shop.test("import pytest\n" + MANY.replace("def test_several", "@pytest.mark.skip\ndef test_several"))
    shop.stores()
    assert shop.files == before


def test_a_module_that_is_not_collected_keeps_its_snapshots_and_one_that_is_gone_does_not(shop):
    shop.test(test_one=MANY, test_two=MANY)
    shop.stores()
    before = shop.files
    shop.stores("--ignore=test_two.py")
    shop.stores("test_one.py")
    assert shop.files == before
    shop.test(test_one=MANY)
    assert shop.runs().ret == 1
    shop.stores()
    assert {name.partition("/")[0] for name in shop.files} == {"test_one"}


def everything(shop):
    return {path: path.read_text() for path in shop.pytester.path.glob("__[us]*__/**/*") if path.is_file()}


def test_an_extension_for_json_and_ours_leave_each_other_alone(shop):
    shop.test(MANY + JSON)
    shop.stores()
    before = everything(shop)
    assert len(before) == 5 + 3
    shop.stores()
    assert shop.runs().ret == 0
    assert everything(shop) == before


@pytest.mark.slow
def test_two_workers_store_tell_and_clean_up_what_one_process_does(shop, merges):
    def history(*workers):
        for directory in shop.pytester.path.glob("__[us]*__"):
            shutil.rmtree(directory)
        shop.answers()
        shop.test(test_one=MANY + JSON, test_two=MANY)
        yield shop.told("--snapshot-update", *workers)
        yield everything(shop)
        shop.answers({name: value for name, value in KEPT.items() if name != "by_day"}, total_tokens=7, cost=1)
        if merges:  # syrupy 5 neither tells nor cleans up under xdist
            shop.test(test_one=MANY.replace("second", "another") + JSON, test_two=MANY)
        yield shop.told(*workers)
        stored = shop.runs("--snapshot-update", *workers)
        yield [line for line in stored.outlines if "deleted" in line]
        yield everything(shop)

    alone = list(history())
    assert list(history("-n", "2")) == alone
    assert [len(stored) for stored in alone] == [7, 13, 7, 1 if merges else 0, 13]
    assert sum(told != "" for told in alone[2].values()) == 7


def test_new_snapshots_alone(shop, merges):
    if not merges:
        pytest.skip("syrupy 5 has no --snapshot-update-new-only")
    shop.stores()
    shop.answers(cost=1)
    shop.test(
        """
        from shop import respond

        def test_one(usage_snapshot):
            assert respond() == usage_snapshot(name="new")
            assert respond() == usage_snapshot(name="new")
        """
    )
    assert shop.runs("--snapshot-update-new-only", "--snapshot-warn-unused").ret == 0
    assert len(shop.files) == 2


def test_the_directory_stands_beside_the_one_that_syrupy_is_told(shop):
    shop.stores("--snapshot-dirname=golden/all")
    assert (shop.pytester.path / "golden/__usage__/test_shop/test_one.usage.json").is_file()


TAKEN = """
import pytest

@pytest.fixture
def snapshot():
    return "another"
"""


@pytest.mark.parametrize(
    "module, options", [("", ("-p", "no:syrupy")), (TAKEN, ("-p", "syrupy"))], ids=["off", "taken"]
)
def test_without_syrupys_fixture_ours_says_what_to_do(shop, module, options):
    shop.test(f"{module}\ndef test_one(usage_snapshot): pass\n\ndef test_two(): pass")
    result = shop.pytester.runpytest_inprocess("-p", "pytest_usage_contract.plugin", "--tb=short", *options)
    result.assert_outcomes(passed=1, errors=1)
    assert WITHOUT_SYRUPY in result.outlines


MODELS = """
import pytest
from shop import respond

@pytest.mark.parametrize("model", ["acme/nova:free", "acme/novafree", "acmenovafree", "plain-1.5[a]"])
def test_model(usage_snapshot, model):
    assert respond() == usage_snapshot
    assert respond() == usage_snapshot(name="a/b")
    assert respond() == usage_snapshot(name="x" * 300)
"""


def test_two_names_never_share_a_file(shop):
    shop.test(MODELS)
    shop.stores("-W", "error")
    names = [name.removeprefix("test_shop/").removesuffix(".usage.json") for name in shop.files]
    assert len(names) == 12
    assert "test_model[acmenovafree]" in names  # nothing of it is dropped
    assert "test_model[plain-1.5[a]]" in names
    assert max(map(len, names)) == 255 - len(".usage.json")
    told = shop.runs()
    told.assert_outcomes(passed=4)
    told.stdout.no_fnmatch_line("*unused*")


def test_a_file_under_an_earlier_name_is_read_and_told_and_written_under_its_own_when_asked(shop):
    shop.test(MODELS.replace(', "acme/novafree", "acmenovafree"', ""))
    shop.stores()
    own = next(name for name in shop.files if name.startswith("test_shop/test_model[acmenovafree]~"))
    earlier = "test_shop/test_model[acmenovafree].usage.json"
    (shop.stored / own).rename(shop.stored / earlier)
    for _ in range(2):
        told = shop.runs("-W", "error")
        assert told.ret == 0
        told.stdout.fnmatch_lines([f"usage_snapshot: __usage__/{earlier.replace('[', '[[]')} is the earlier name of *"])
    shop.answers(cost=0.1)
    assert (
        f"stored in __usage__/{earlier}; pytest --snapshot-update accepts" in shop.told()["test_model[acme/nova:free]"]
    )
    assert own not in shop.files
    shop.stores()
    assert own in shop.files
    assert earlier not in shop.files
    told = shop.runs()
    told.stdout.no_fnmatch_line("*earlier name*")
    assert told.ret == 0
