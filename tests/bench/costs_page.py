"""The page of what a run under the plugin costs, written from the record of the last benchmark."""

import json
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "what-it-costs.md"

HEAD = """# What it costs

Every figure is a ratio: what something takes with the plugin, against the same thing without it, or against a peer that does about the same, measured side by side in one run.
Each round runs every job once, in a new order; told is the median of the rounds, in CPU time.
A row that ends in *again* is the first one measured a second time, so that it says how much is noise.
`tox -e bench` measures on your machine, and `tox -e bench -- --write tests/bench` writes this page.

Measured on {date}, on {machine}, with Python {python} and {versions}.
"""


def render(record):
    """The page."""
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    head = HEAD.format(versions=versions, **{name: record[name] for name in ("date", "machine", "python")})
    return "\n".join([head, *map(_section, record["tables"])])


def _section(table):
    lines = [f"## {table['title']}", ""]
    if table["note"]:
        lines += [*table["note"].splitlines(), ""]
    lines += ["| what | µs | ratio | budget |", "|---|---:|---:|---|"]
    for row in table["rows"]:
        budget = (
            ""
            if row["budget"] is None
            else f"≤ {row['budget']}, {'met' if row['ratio'] <= row['budget'] else '**not met**'}"
        )
        lines.append(f"| {row['what']} | {row['us']:,} | {row['ratio']} | {budget} |")
    return "\n".join([*lines, ""])


def write(record):
    """Write the page."""
    PAGE.write_text(render(record), encoding="utf-8")


if __name__ == "__main__":
    write(json.loads(Path(__file__).with_name("record.json").read_text("utf-8")))
