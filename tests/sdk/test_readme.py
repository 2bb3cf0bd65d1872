"""The README's example, run with the real SDK: what stands there, and what was recorded of it, is what happens."""

import importlib.util
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
README = (TESTS.parent / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```python\n(?P<test>.*?)^```.*?^```console\n(?P<run>.*?)^```",
    re.MULTILINE | re.DOTALL,
)

console = importlib.util.module_from_spec(
    spec := importlib.util.spec_from_file_location("console", TESTS / "docs" / "console.py")
)
spec.loader.exec_module(console)


def test_the_readmes_example_fails_as_the_readme_says(tmp_path):
    example = BLOCK.search(README)
    (tmp_path / example["file"]).write_text(example["test"], encoding="utf-8")
    [(command, below)] = console.commands(example["run"])

    printed, status = console.run(command, tmp_path)

    assert console.agree(below, printed), console.told(printed)
    assert status == 1
    assert example["run"] == (TESTS / "docs" / "recorded" / "README.txt").read_text(encoding="utf-8")


def test_without_the_flag_the_readmes_example_passes(tmp_path):
    example = BLOCK.search(README)
    (tmp_path / example["file"]).write_text(example["test"], encoding="utf-8")

    printed, status = console.run(f"pytest {example['file']}", tmp_path)

    assert status == 0, printed
