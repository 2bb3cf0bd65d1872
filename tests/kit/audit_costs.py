"""Write the tables of what an audit costs into the docs, from the record of the benchmark.

AUDIT_BENCH=2gb tox -e bench -- tests/bench/bench_audit.py    measures, and writes the record
python tests/kit/audit_costs.py                               writes the page from it
"""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "tests" / "bench" / "audit.json"
PAGE = ROOT / "docs" / "explanation" / "what-an-audit-costs.md"
BEGIN, END = "<!-- begin measured -->\n", "<!-- end measured -->"


def write_tables(record):
    """Return the measured part of the page."""
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    lines = [
        f"Measured on {record['date']} on {record['machine']}, at a load of {record['load']}, "
        f"with Python {record['python']}, {versions}.",
        f"{record['lines']:,} lines, {record['megabytes']} MB, one in a hundred of them broken; "
        "seconds of CPU, of all threads.",
        "",
        "| what reads them | CPU s | times the first | lines a second |",
        "|---|---:|---:|---:|",
    ]
    for name, job in record["jobs"].items():
        speed = record["lines"] / job["seconds"]
        lines.append(f"| {name} | {job['seconds']:.2f} | {job['times_bare']:.2f} | {speed:,.0f} |")
    lines += ["", "| budget | measured | |", "|---|---:|---|"]
    for name, held in record["ratios"].items():
        met = held["ratio"] >= held["budget"] if held["sign"] == "≥" else held["ratio"] <= held["budget"]
        words = f"{held['sign']} {held['budget']} {name}"
        lines.append(f"| {words} | {held['ratio']:g} | {'met' if met else 'missed'} |")
    both = record["processes"]
    lines += [
        "",
        f"{both['megabytes']:,} MB take {both['one']:.1f} s in one process and {both['two']:.1f} s in two, "
        "by the clock, their start among them.",
        "",
        "| size of the input, MB | peak memory of the process, MB |",
        "|---:|---:|",
        *(f"| {int(size):,} | {peak} |" for size, peak in record["peaks"].items()),
        "",
    ]
    return "\n".join(lines)


def split_page():
    """Return what stands before the measured part of the page, that part, and what stands behind."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    measured, _, after = rest.partition(END)
    return before + BEGIN, measured, END + after


if __name__ == "__main__":  # pragma: no cover - the page is written by whoever has measured
    before, _, after = split_page()
    PAGE.write_text(before + write_tables(json.loads(RECORD.read_text("utf-8"))) + after, "utf-8")
