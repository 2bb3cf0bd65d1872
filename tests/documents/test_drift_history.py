"""The drift history in the documentation, generated: what `diff` says of the real versions of the five schemas.

`python tests/documents/test_drift_history.py` writes the page anew.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from pytest_usage_contract.documents import compare, read_document, render

HISTORY = Path(__file__).parent / "history"
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "drift-history.md"


class Version(NamedTuple):
    """A version of a document: what it is called, when it came, and where its copy is."""

    name: str
    date: str
    path: str


class History(NamedTuple):
    """One schema through its versions; *steps* says of each but the first what to see in its changes."""

    contract: str
    lead: str
    versions: tuple[Version, ...]
    steps: tuple[str, ...]


HISTORIES = (
    History(
        "orq/deployments_invoke",
        "The usage came into the Python SDK of Orq with three required names.\n"
        "Ten days later two of the names were others, all three were optional, and the class was called as before.\n"
        "A client of the older version reads a body of the newer one as an empty usage, without an error.",
        (
            Version("orq-ai-sdk 4.0.24", "2025-12-05", "orq/deployments-4.0.24/deploymentinvokeusage.md"),
            Version("orq-ai-sdk 4.0.36", "2025-12-15", "orq/deployments-4.0.36/deploymentinvokeusage.md"),
        ),
        ("Every line that read a count broke.",),
    ),
    History(
        "openrouter/alpha_responses",
        "The five counts of OpenRouter never changed their names.\nNearly everything around them did.",
        (
            Version("0.0.0-beta.17", "2025-09-25", "openrouter/0.0.0-beta.17.yaml#call"),
            Version("0.0.0-beta.32", "2025-10-07", "openrouter/0.0.0-beta.32.yaml#call"),
            Version("0.0.0-beta.33", "2025-10-07", "openrouter/0.0.0-beta.33.yaml#call"),
            Version("0.0.1-beta.9", "2025-10-24", "openrouter/0.0.1-beta.9.yaml#call"),
            Version("0.0.1-beta.12", "2025-10-28", "openrouter/0.0.1-beta.12.yaml#call"),
            Version("0.10.1", "2026-03-27", "openrouter/0.10.1.yaml#call"),
            Version("0.11.2", "2026-04-07", "openrouter/0.11.2.yaml#call"),
            Version("0.12.3", "2026-04-14", "openrouter/0.12.3.yaml#call"),
            Version("0.13.35", "2026-07-09", "openrouter/0.13.35.yaml#call"),
            Version("0.13.50", "2026-07-14", "openrouter/0.13.50.yaml#call"),
            Version("0.13.59", "2026-07-16", "openrouter/0.13.59.yaml#call"),
        ),
        (
            "A new name for the same thing breaks nobody who reads the wire.",
            "What a call costs came to be documented; the server had sent it before.",
            "The name changed again.",
            "The call moved: whoever matched its path saw no response any more.",
            "And the name once more.",
            "Numbers became integers, which every reader of numbers can read.",
            "For a week a cost was promised not to be null.",
            "Tokens written to a cache are counted apart from now on.",
            "So are the tools that the server uses.",
            "Here code breaks that had worked for ten months: there may be no usage at all.",
        ),
    ),
    History(
        "atoma/completions",
        "Two schemas of Atoma are called `Usage`; the one that packages had shipped is not the one that came after it.",
        (
            Version("atoma-sdk 0.1.3", "published", "atoma/0.1.3/usage.md"),
            Version("atoma-sdk 0.2.1", "2025-05-29", "atoma/0.2.1/usage.md"),
        ),
        ("For a reader the documentation only promises more; the servers behind it do not all keep that.",),
    ),
    History(
        "orq/images_generations",
        "The usage of images has not changed in a year, but its call was removed, came back, and moved.",
        (
            Version("orq-ai-sdk 3.11.7", "2025-08", "orq/generations-3.11.7.yaml#call"),
            Version("orq-ai-sdk 4.1.3", "2026-01-05", "orq/generations-4.1.3.yaml#call"),
            Version("orq-ai-sdk 4.17.13", "2026", "orq/generations-4.17.13.yaml#call"),
        ),
        ("The call is another one.", "And another one."),
    ),
    History(
        "orq/images_edits",
        "The same for edits.",
        (
            Version("orq-ai-sdk 3.11.7", "2025-08", "orq/edits-3.11.7.yaml#call"),
            Version("orq-ai-sdk 4.17.13", "2026", "orq/edits-4.17.13.yaml#call"),
        ),
        ("The shape stayed as it was.",),
    ),
)

INTRODUCTION = """# Drift, as it happened

The documentation of a usage changes, and nobody tells the code that reads the response.
This page runs `usage-contract diff` on the real versions of five schemas that built-in contracts were read from.
It is generated, and the test suite fails where it is not current.

A change is *breaking* where code that read the older promise may fail on what the newer one allows: a field that may be absent now, or null, or of another type, or gone.
A *drift* is something new, *safe* is a promise that became stronger, and a *note* is about words.
All rules are in the [reference](../reference/documents.md#changes).
"""

END = """## What follows from it

None of these changes came with an error: an SDK drops what it does not know, and takes what is gone for absent.
A test suite that [reads its own documentation](../how-to/read-your-own-documentation.md) sees them on the day on which the document changes.
What has changed in the SDKs since is in [the drift diary](drift-diary.md).
"""


def changes_of(old, new):
    before, after = (read_document(HISTORY / version.path).data for version in (old, new))
    return compare(before, after)


def page():
    parts = [INTRODUCTION]
    for history in HISTORIES:
        parts.append(f"## `{history.contract}`\n\n{history.lead}\n")
        for old, new, step in zip(history.versions, history.versions[1:], history.steps, strict=False):
            told = render(changes_of(old, new))
            parts.append(f"### {old.name} to {new.name} ({new.date})\n\n{step}\n\n```text\n{told}\n```\n")
    return "\n".join([*parts, END])


def test_the_page_in_the_documentation_is_current():
    assert PAGE.read_text(encoding="utf-8") == page()


BREAKING = [
    ("orq/deployments_invoke", 0, {"field-renamed", "field-became-optional"}),
    ("openrouter/alpha_responses", 0, set()),
    ("openrouter/alpha_responses", 5, set()),
    ("openrouter/alpha_responses", 6, {"field-became-nullable"}),
    ("openrouter/alpha_responses", 9, {"usage-became-nullable"}),
    ("atoma/completions", 0, set()),
    ("orq/images_generations", 0, {"endpoint-removed"}),
    ("orq/images_edits", 0, {"endpoint-removed"}),
]


@pytest.mark.parametrize("contract,step,rules", BREAKING)
def test_what_broke_readers_is_what_diff_calls_breaking(contract, step, rules):
    (versions,) = (history.versions for history in HISTORIES if history.contract == contract)
    changes = changes_of(versions[step], versions[step + 1])
    assert {change.rule for change in changes if change.severity == "breaking"} == rules


def test_each_step_is_told():
    for history in HISTORIES:
        assert len(history.steps) == len(history.versions) - 1


if __name__ == "__main__":  # pragma: no cover - the page is written by whoever changes it
    PAGE.write_text(page(), encoding="utf-8")
