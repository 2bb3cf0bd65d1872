"""syrupy's own habits, with our files."""

from importlib.metadata import version

import pytest

MANY = """
from shop import respond

def test_several(usage_snapshot):
    assert respond() == usage_snapshot
    assert respond() == usage_snapshot
    assert respond() == usage_snapshot(name="second")
    assert respond() == usage_snapshot

class TestClass:
    def test_method(self, usage_snapshot):
        assert respond() == usage_snapshot
"""
workers = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])


@pytest.fixture
def merges():
    """Whether syrupy puts together what its workers know, as it does from version 7 on."""
    return int(version("syrupy").partition(".")[0]) >= 7


@workers
def test_names_and_numbers(shop, workers):
    shop.test(MANY)
    result = shop.stores(*workers)
    if not workers:
        result.stdout.fnmatch_lines(["5 snapshots generated."])
    assert list(shop.files) == [
        "test_shop/TestClass.test_method.usage.json",
        "test_shop/test_several.1.usage.json",
        "test_shop/test_several.3.usage.json",
        "test_shop/test_several.usage.json",
        "test_shop/test_several[second].usage.json",
    ]
    shop.runs(*workers).assert_outcomes(passed=2)


@workers
def test_unused_snapshots_are_told_and_deleted_when_asked(shop, workers, merges):
    shop.test(MANY)
    shop.stores()
    shop.test(MANY.replace('(name="second")', '(name="another")'))
    shop.stores("-n", "2", *(["--snapshot-no-cleanup"] if merges else []))  # syrupy 5 cleans nothing up under xdist
    told = shop.runs(*workers)
    if workers and not merges:
        assert told.ret == 0
        return
    assert told.ret == 1
    told.stdout.fnmatch_lines(["*1 snapshot unused."])
    assert shop.runs("--snapshot-warn-unused", *workers).ret == 0
    assert len(shop.files) == 6
    shop.stores(*workers).stdout.fnmatch_lines(["*1 unused snapshot deleted."])
    assert "test_shop/test_several[second].usage.json" not in shop.files
    assert len(shop.files) == 5


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


@workers
def test_an_extension_for_json_and_ours_leave_each_other_alone(shop, workers):
    shop.test(
        """
        import json
        import pytest
        from shop import body, respond
        from syrupy.extensions.json import JSONSnapshotExtension

        def test_json(snapshot):
            assert json.loads(body()) == snapshot(extension_class=JSONSnapshotExtension)

        def test_default(snapshot):
            assert json.loads(body()) == snapshot.use_extension(JSONSnapshotExtension)

        def test_amber(snapshot):
            assert json.loads(body()) == snapshot

        def test_one(usage_snapshot):
            assert respond() == usage_snapshot
        """
    )
    (shop.stored / "test_shop").mkdir(parents=True)
    (shop.stored / "test_shop" / "README.txt").write_text("a file of the team's own")
    shop.stores(*workers)
    everything = sorted(path for path in shop.pytester.path.rglob("__*__/**/*") if path.is_file())
    for _ in range(2):
        shop.stores(*workers)
        assert shop.runs(*workers).ret == 0
    now = sorted(path for path in shop.pytester.path.rglob("__*__/**/*") if path.is_file())
    assert [path for path in now if path.suffix != ".pyc"] == [path for path in everything if path.suffix != ".pyc"]


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


def test_no_half_written_file_is_left(shop):
    shop.stores()
    assert [path.name for path in shop.file.parent.iterdir()] == ["test_one.usage.json"]


TAKEN = """
import pytest

@pytest.fixture
def snapshot():
    return "another"
"""


@pytest.mark.parametrize(
    "conftest, options", [("", ("-p", "no:syrupy")), (TAKEN, ("-p", "syrupy"))], ids=["off", "taken"]
)
def test_without_syrupys_fixture_ours_says_what_to_do(shop, conftest, options, snapshot):
    shop.test("def test_one(usage_snapshot): pass\n\ndef test_two(): pass")
    if conftest:
        shop.pytester.makeconftest(conftest)
    result = shop.pytester.runpytest_inprocess("-p", "pytest_usage_contract.plugin", "--tb=short", *options)
    result.assert_outcomes(passed=1, errors=1)
    (told,) = [line for line in result.outlines if line.startswith("usage_snapshot needs")]
    assert told == snapshot
