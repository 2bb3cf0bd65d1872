"""The page of what a run under the plugin costs, written from the record of the last benchmark."""

import json
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "what-it-costs.md"

HEAD = """# What it costs

Every figure is a ratio: what something takes with the plugin, against the same thing without it, or against a peer that does about the same, measured side by side in one run.
Each round runs every job once, in a new order; told is the median of the rounds, in CPU time.
A row that ends in *again* is the first one measured a second time, so that it says how much is noise.
`tox -e bench` measures on your machine, and `tox -e bench -- --write tests/bench` writes this page.

Where there is a row *the limit*, it is the cheapest thing that could be done at all, and its table says what that leaves out.
Where the last of the limits is beyond a budget, that budget cannot be met as long as what is promised is kept; where it is not, what is between the two is still to be saved.
Most of what a captured call costs is not the work itself: a step that takes 1 µs in a loop takes 2 to 4 µs between two calls of a client, whose own code has pushed it out of the processor's caches.

Measured on {date}, on {machine}, with Python {python} and {versions}.
"""

WENT = """## What went, and what that saved

Measured on 2026-11-28 as the change was made, before and after in the same minutes; µs are CPU time.

| what went | before | after |
|---|---|---|
| asking pydantic for its errors where a usage is nothing but counts: one walk finds them, and the texts wait for a reader | 13.5 × `model_validate` for three findings | 3.6 ×, and 4.9 × with every text read |
| the same, with a thousand undocumented fields | 3.3 ms | 0.4 to 0.8 ms, as fast as the machine was |
| reading a held response, and its address, before it is judged: what plainly keeps its contract is typed at once | 1.45 and 2.5 × `response.json()` for `assert_usage` | 0.6 and 0.9 × |
| cutting a URL for each call that was received: its target is looked up once, and kept | 1.8 µs in a loop | nothing |
| the general way of judging, for an answer that has all and where it should be | 9.2 µs a call, of 100 a test | 5.2 µs |
| finding the code of a test at its first call | 26.6 µs a call, of one a test, before it is judged | 21.2 µs |
| importing what judges and what writes reports before something came | 83 to 135 ms a run that receives nothing | 31 to 46 ms |
| asking after threads, names and places of tests that receive nothing | 65 µs a test | 36 µs |
| looking for `[DONE]` from the beginning of a stream of long texts | 0.92 of the time of parsing every event | 0.40 |
| reading the headers of each AWS message anew, and every event | 16.8 × parsing every event | 4.1 × |
"""


def render(record):
    """The page."""
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    head = HEAD.format(versions=versions, **{name: record[name] for name in ("date", "machine", "python")})
    return "\n".join([head, _budgets(record["tables"]), WENT, *map(_section, record["tables"])])


def _budgets(tables):
    """All budgets in one table, those first that are not met."""
    rows = []
    for table in tables:
        limits = [str(row["ratio"]) for row in table["rows"] if row["what"].startswith("the limit")]
        limit = ", ".join(limits)
        rows += [(table["title"], row, limit) for row in table["rows"] if row["budget"] is not None]
    rows.sort(key=lambda row: row[1]["ratio"] <= row[1]["budget"])
    met = sum(row["ratio"] <= row["budget"] for _, row, _ in rows)
    lines = [f"## Budgets: {met} of {len(rows)} are met", ""]
    lines += ["| where | what | ratio | budget | the limits |", "|---|---|---:|---|---:|"]
    lines += [f"| {title} | {row['what']} | {row['ratio']} | {_judged(row)} | {limit} |" for title, row, limit in rows]
    return "\n".join([*lines, ""])


def _judged(row):
    return f"≤ {row['budget']}, {'met' if row['ratio'] <= row['budget'] else '**not met**'}"


def _section(table):
    lines = [f"## {table['title']}", ""]
    if table["note"]:
        lines += [*table["note"].splitlines(), ""]
    lines += ["| what | µs | ratio | budget |", "|---|---:|---:|---|"]
    for row in table["rows"]:
        budget = "" if row["budget"] is None else _judged(row)
        lines.append(f"| {row['what']} | {row['us']:,} | {row['ratio']} | {budget} |")
    return "\n".join([*lines, ""])


def write(record):
    """Write the page."""
    PAGE.write_text(render(record), encoding="utf-8")


if __name__ == "__main__":
    write(json.loads(Path(__file__).with_name("record.json").read_text("utf-8")))
