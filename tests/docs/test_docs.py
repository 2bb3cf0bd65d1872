"""Every block of the README and of docs/ is run, every link leads somewhere, and every page can be reached.

A comment above a block says what is not plain: `<!-- file: NAME -->` (it is written, for the blocks below it),
`<!-- exit: 1 -->` (its last command fails), `<!-- needs: MODULE -->` (where that is missing, the block is compared
with what was recorded of a real run, which `tests/sdk` repeats), `<!-- not run: REASON -->`.

A page is slow where one of its commands needs a process of its own.
"""

import configparser
import importlib.util
import json
import pkgutil
import re
import shutil
import tomllib
from pathlib import Path

# Imported once, here: a run in this process forgets what it was the first to import.
import httpx2  # noqa: F401
import hypothesis.stateful  # noqa: F401
import pytest
import syrupy
import yaml
from sybil import Region, Sybil
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

import pytest_usage_contract

for module in pkgutil.walk_packages(pytest_usage_contract.__path__, "pytest_usage_contract."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)  # for the same reason

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMENT = re.compile(r"<!-- (file|exit|needs|not run): (.+) -->\n+")
COMMENTS = re.compile(rf"(?:{COMMENT.pattern})+\Z")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")

console = importlib.util.module_from_spec(
    spec := importlib.util.spec_from_file_location("console", HERE / "console.py")
)
spec.loader.exec_module(console)


def named(page):
    return page.relative_to(ROOT).as_posix()


def read_ini(text):
    configparser.ConfigParser(interpolation=None).read_string(text)


READERS = {"json": json.loads, "toml": tomllib.loads, "ini": read_ini, "yaml": yaml.safe_load}
SHOWN = {"text", "markdown", "html"}
"""Languages of blocks that only show something."""


def blocks(document):
    for region in FencedCodeBlockLexer(r"\w*")(document):
        above = COMMENTS.search(document.text[: region.start])
        said = dict(COMMENT.findall(above[0])) if above else {}
        parsed = (region.lexemes["language"], str(region.lexemes["source"]), said)
        yield Region(region.start, region.end, parsed=parsed, evaluator=evaluate)


def evaluate(example):
    language, source, said = example.parsed
    pytester = example.namespace["pytester"]
    if "not run" in said:
        return
    if "needs" in said and importlib.util.find_spec(said["needs"]) is None:
        recorded = HERE / "recorded" / f"{example.namespace['page'].stem}.txt"
        assert source == recorded.read_text(encoding="utf-8")
        return
    if "file" in said:
        path = pytester.path / said["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    if language == "console":
        run_console(source, pytester, status=int(said.get("exit", 0)))
    elif language == "python":
        code = compile("\n" * example.line + source, str(example.path), "exec")
        if "file" not in said:
            exec(code, example.namespace)
    elif language in READERS:
        READERS[language](source)
    else:
        assert language in SHOWN, f"a block of {language or 'no language'}: say what it is"


def run_console(source, pytester, *, status):
    parts = console.commands(source)
    assert parts, "a console block has commands, each after a dollar sign"
    for number, (command, below) in enumerate(parts, start=1):
        printed, ended = console.run(command, pytester.path, pytester)
        assert console.agree(below, printed), f"$ {command}\n{console.told(printed)}"
        assert ended == (status if number == len(parts) else 0), printed


SYBIL = Sybil(parsers=[blocks], path=str(ROOT))


def starts_processes(page):
    return any(
        console.needs_a_process(command)
        for language, source, said in (example.parsed for example in SYBIL.parse(page).examples())
        if language == "console" and "not run" not in said
        for command, _ in console.commands(source)
    )


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[pytest.mark.slow] if starts_processes(page) else []) for page in PAGES],
    ids=named,
)
def test_every_block_of_the_page_runs(page, pytester, monkeypatch):
    if "docs/examples" in page.read_text(encoding="utf-8"):
        shutil.copytree(ROOT / "docs" / "examples", pytester.path / "docs" / "examples")
    # syrupy keeps its session in a global, which an inner run in this process replaces.
    monkeypatch.setattr(syrupy, "_syrupy", syrupy._syrupy)
    document = SYBIL.parse(page)
    document.namespace.update(pytester=pytester, page=page, __name__="page")

    for example in document.examples():
        example.evaluate()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["pytest --usage-contract", "python -m pytest_usage_contract show openruoter"])
def test_a_command_says_the_same_in_a_process_of_its_own(command, pytester, monkeypatch):
    monkeypatch.setattr(syrupy, "_syrupy", syrupy._syrupy)
    shutil.copytree(ROOT / "docs" / "examples", pytester.path, dirs_exist_ok=True)

    (here, status), (apart, status_apart) = (console.run(command, pytester.path, given) for given in (pytester, None))

    assert (console.told(here), status) == (console.told(apart), status_apart)


PRINTED = "usage-contract: 5 contracts, fails on schema\nacme/chat  1 checked\n1 passed in 0.21s\n"


@pytest.mark.parametrize(
    "read,agrees",
    [
        (PRINTED, True),
        ("usage-contract: 9 contracts, fails on schema\nacme/chat     1 checked\n1 passed in 7.00s\n", True),
        ("...\n1 passed\n", True),
        ("usage-contract: ...\n...\n1 passed\n", True),
        (PRINTED.replace("schema", "drift"), False),
        (PRINTED.replace("1 checked", "2 checked"), False),
        (PRINTED.replace("1 passed", "2 passed"), False),
        ("usage-contract: ...\n1 passed\n", False),
        ("", False),
    ],
)
def test_what_is_read_agrees_with_what_was_printed_but_for_what_differs_anyway(read, agrees):
    assert console.agree(read, PRINTED) is agrees


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_the_page_leads_somewhere(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, heading = link.partition("#")
        if "://" in path:
            continue
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), link
        assert not heading or heading in headings(there), link


def headings(page):
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_page_is_reached_from_the_readme():
    reached, pending = set(), [ROOT / "README.md"]
    while pending:
        page = pending.pop()
        if page not in reached:
            reached.add(page)
            links = (link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8")))
            pending += [(page.parent / link).resolve() for link in links if link.endswith(".md") and "://" not in link]

    assert [named(page) for page in PAGES if page not in reached] == []


def test_a_line_of_prose_holds_one_sentence():
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for line in prose.splitlines():
            if not line.startswith(("|", "<!--")):
                assert not re.search(r"[a-z`)][.!?] [A-Z`]", line.replace("e.g. ", "")), f"{named(page)}: {line}"
