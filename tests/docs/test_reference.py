"""The reference pages say what the tables in the code say: every code, contract, field, option, name and command."""

import re
import runpy
from pathlib import Path

import pytest

import pytest_usage_contract
from pytest_usage_contract import cli
from pytest_usage_contract.core.codes import CODES, KINDS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def section(page, title):
    """The text below a heading, up to the next one of its level."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return re.split(r"^## ", text.partition(f"## {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def table(text, number=0):
    """The rows of a table in *text*, without its head."""
    found = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)[number]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in found.splitlines()[2:]]


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_stands_with_its_meaning(kind):
    written = table(section("findings.md", kind))

    assert written == [[f"`{code.name}`", code.meaning] for code in CODES.values() if code.kind == kind]


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_every_code_has_its_heading_with_all_that_is_told_of_it(code):
    address, _, anchor = code.docs.partition("#")
    page = Path(address).name

    assert section(page, anchor) == (
        f"\nA finding of the kind `{code.kind}`: {code.meaning}.\n\n"
        f"- Example: `{code.example}`\n- Usual cause: {code.cause}.\n- What to do: {code.remedy}.\n\n"
    )


def test_every_contract_stands_with_its_places_fields_and_rules():
    generated = runpy.run_path(str(Path(__file__).parent / "contract_sections.py"))

    assert generated["PAGE"].read_text(encoding="utf-8") == generated["page"](), (
        "run `python tests/docs/contract_sections.py`"
    )


@pytest.mark.parametrize("name, written", [("PAGE", "page"), ("README", "readme")])
def test_what_the_counts_mean_stands_on_its_page_and_at_its_head_in_the_readme(name, written):
    generated = runpy.run_path(str(Path(__file__).parent / "meanings.py"))

    assert generated[name].read_text(encoding="utf-8") == generated[written](), "run `python tests/docs/meanings.py`"


def test_every_option_and_every_ini_name_stands_in_the_order_of_the_help(pytester):
    told = pytester.runpytest("--help").stdout.str()
    options = dict.fromkeys(re.findall(r"^  (--(?:no-)?usage-contract[a-z-]*)", told, re.MULTILINE))
    names = re.findall(r"^  (usage_contract\w*) \(", told, re.MULTILINE)

    assert [row[0].strip("`").partition("=")[0] for row in table(section("pytest-options.md", "Command line"))] == [
        *options
    ]
    assert [row[0].strip("`") for row in table(section("pytest-options.md", "Ini file"))] == names


def test_every_marker_and_every_fixture_stands(pytester):
    markers = set(re.findall(r"@pytest\.mark\.(usage_\w+)", pytester.runpytest("--markers").stdout.str()))
    fixtures = set(
        re.findall(
            r"^(assert_booked|\w*usage\w*)(?: \[.*)? -- ", pytester.runpytest("--fixtures").stdout.str(), re.MULTILINE
        )
    )

    assert {row[0].strip("`").partition("(")[0] for row in table(section("pytest-options.md", "Markers"))} == markers
    assert {row[0].strip("`") for row in table(section("pytest-options.md", "Fixtures"))} == fixtures


def test_every_public_name_has_its_heading():
    headings = re.findall(r"^## (.+)$", (REFERENCE / "python-api.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(re.findall(r"`(\w+)`", " ".join(headings))) == pytest_usage_contract.__all__


def test_every_command_stands(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    commands = re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE)
    page = (REFERENCE / "command-line.md").read_text(encoding="utf-8")

    assert [row[0].strip("`").split(" ")[0] for row in table(page)] == commands
