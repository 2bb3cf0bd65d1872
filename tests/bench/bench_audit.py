# ruff: noqa: T201 - it prints what it measured
"""The budgets of an audit of JSON lines, side by side in one run: beside msgspec, jsonschema-rs, polars and duckdb.

Not tests: what they find is printed, and no number fails them. By default every job runs once, over a tiny input. The
whole is `AUDIT_BENCH=full`: 200,000 lines, and the record beside this file from which the page in the docs is made;
`AUDIT_BENCH=2gb` adds the memory of an audit of 2 GB.
"""

import gzip
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb
import jsonschema_rs
import msgspec
import polars as pl
import pytest
import zstandard

from pytest_usage_contract import find_contract, json_schema
from pytest_usage_contract.audit.inputs import find_inputs
from pytest_usage_contract.audit.jobs import judge_parts
from pytest_usage_contract.audit.judge_part import judge_part
from pytest_usage_contract.audit.partial import merge_partials
from pytest_usage_contract.audit.plan import Plan, split

SIZE = os.environ.get("AUDIT_BENCH", "smoke")
FULL = SIZE != "smoke"
LINES, ROUNDS = (200_000, 5) if FULL else (600, 1)
RECORD = Path(__file__).with_name("audit.json")
KEPT, GZ, ZST = ".kept.jsonl", ".jsonl.gz", ".jsonl.zst"
PACKAGES = ("msgspec", "pydantic", "isal", "zstandard", "jsonschema-rs", "polars", "duckdb")

WORDS = "".join(random.Random(5).choices("abcdefghijklmnopqrstuvwxyz      ", k=100_000))


def chat(number, rng):
    prompt, completion, reasoning = rng.randrange(10, 9_000), rng.randrange(200, 2_000), rng.randrange(200)
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": prompt // 2, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    message = {"role": "assistant", "content": text(rng, 500), "refusal": None, "annotations": []}
    return {
        "id": f"chatcmpl-{number:012x}",
        "object": "chat.completion",
        "created": 1_764_300_000 + number,
        "model": "gpt-5-mini-2025-08-07",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage,
        "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb",
    }


def responses(number, rng):
    taken, given = rng.randrange(10, 9_000), rng.randrange(200, 2_000)
    usage = {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": taken // 2},
        "output_tokens": given,
        "output_tokens_details": {"reasoning_tokens": given // 3},
        "total_tokens": taken + given,
    }
    content = {"type": "output_text", "annotations": [], "logprobs": [], "text": text(rng, 400)}
    return {
        "id": f"resp_{number:040x}",
        "object": "response",
        "created_at": 1_764_300_000 + number,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "model": "gpt-5-2025-08-07",
        "output": [
            {"id": f"rs_{number:040x}", "type": "reasoning", "summary": []},
            {"id": f"msg_{number:040x}", "type": "message", "role": "assistant", "content": [content]},
        ],
        "parallel_tool_calls": True,
        "reasoning": {"effort": "low", "summary": None},
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
        "metadata": {},
    }


def messages(number, rng):
    usage = {
        "input_tokens": rng.randrange(10, 900),
        "cache_creation_input_tokens": 256,
        "cache_read_input_tokens": rng.randrange(9_000),
        "cache_creation": {"ephemeral_5m_input_tokens": 256, "ephemeral_1h_input_tokens": 0},
        "output_tokens": rng.randrange(200, 2_000),
        "service_tier": "standard",
    }
    return {
        "id": f"msg_{number:024x}",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": text(rng, 800)}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }


BODIES = {
    "openai/chat_completions": (chat, ("prompt_tokens", "completion_tokens", "total_tokens")),
    "openai/responses": (responses, ("input_tokens", "output_tokens", "total_tokens")),
    "anthropic/messages": (messages, ("input_tokens", "output_tokens")),
}
"""What answers under each contract look like, and the columns that a data frame reads of them."""


def text(rng, size):
    start, length = rng.randrange(50_000), rng.randrange(size // 2, size * 3 // 2)
    return WORDS[start : start + length]


def write_lines(path, contract, lines, *, broken=True):
    """Write bodies, of which one in a hundred may be broken."""
    make, _ = BODIES[contract]
    rng = random.Random(contract)
    with path.open("w") as file:
        for number in range(lines):
            body = make(number, rng)
            if broken and number % 100 == 50:
                body["usage"]["output_tokens" if "output_tokens" in body["usage"] else "total_tokens"] = "165"
            file.write(json.dumps(body, separators=(",", ":")) + "\n")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    made = {contract: folder / f"{contract.replace('/', '-')}.jsonl" for contract in BODIES}
    for contract, path in made.items():
        write_lines(path, contract, LINES // len(BODIES))
        write_lines(path.with_suffix(KEPT), contract, LINES // len(BODIES), broken=False)
        content = path.read_bytes()
        path.with_suffix(GZ).write_bytes(gzip.compress(content, 6))
        path.with_suffix(ZST).write_bytes(zstandard.compress(content, 3))
    yield made
    for path in folder.iterdir():
        path.unlink()


class Envelope(msgspec.Struct):
    usage: msgspec.Raw


def skip_all_but_the_usage(_, path):
    decode = msgspec.json.Decoder(Envelope).decode
    with path.open("rb", buffering=1 << 20) as file:
        for line in file:
            decode(line)


def judge_lines(contract, path, suffix=".jsonl"):
    plan = Plan(contract=contract)
    parts = (part for found in find_inputs([str(path.with_suffix(suffix))]) for part in split(found))
    found = merge_partials(judge_part(part, plan) for part in parts)
    assert found.judged == LINES // len(BODIES)
    broken = 0 if suffix == KEPT else len(range(50, found.judged, 100))
    assert sum(offence.count for offence in found.always.findings.values()) == broken


def validate_by_schema(contract, path):
    is_valid = jsonschema_rs.validator_for(json_schema(find_contract(contract))).is_valid
    with path.open("rb", buffering=1 << 20) as file:
        broken = sum(not is_valid(json.loads(line)["usage"]) for line in file)
    assert broken == len(range(50, LINES // len(BODIES), 100))


def read_by_polars(contract, path):
    columns = BODIES[contract][1]
    schema = {"usage": pl.Struct(dict.fromkeys(columns, pl.String))}
    frame = pl.scan_ndjson(path, schema=schema)
    counts = [pl.col("usage").struct.field(name).cast(pl.Int64).sum().alias(name) for name in columns]
    assert frame.select(counts).collect().height == 1


def read_by_duckdb(contract, path):
    columns = BODIES[contract][1]
    fields = ", ".join(f"{name} VARCHAR" for name in columns)
    sums = ", ".join(f"sum(CAST(usage.{name} AS BIGINT))" for name in columns)
    with duckdb.connect(config={"threads": 1}) as connection:
        query = f"SELECT {sums} FROM read_json(?, format='newline_delimited', columns={{usage: 'STRUCT({fields})'}})"
        assert len(connection.execute(query, [str(path)]).fetchall()) == 1


BARE, AUDIT, NONE_BROKEN = "msgspec, all but the usage skipped", "audit", "audit, no line broken"
GZIP, ZSTD = "audit, gzip", "audit, zstd"
SCHEMA, POLARS, DUCKDB = "json.loads and jsonschema-rs", "polars, scan_ndjson", "duckdb, read_json"
JOBS = {
    BARE: skip_all_but_the_usage,
    AUDIT: judge_lines,
    NONE_BROKEN: lambda contract, path: judge_lines(contract, path, KEPT),
    GZIP: lambda contract, path: judge_lines(contract, path, GZ),
    ZSTD: lambda contract, path: judge_lines(contract, path, ZST),
    SCHEMA: validate_by_schema,
    POLARS: read_by_polars,
    DUCKDB: read_by_duckdb,
}


def run(job, files, clock=time.process_time):
    """Return the seconds that a job takes over all files: of CPU, of all threads of this process."""
    began = clock()
    for contract, path in files.items():
        job(contract, path)
    return clock() - began


def test_an_audit_beside_others(files):
    times = {name: [] for name in JOBS}
    for _ in range(ROUNDS):
        for name in random.sample([*JOBS], len(JOBS)):
            times[name].append(run(JOBS[name], files))
    size = sum(path.stat().st_size for path in files.values())
    rows = {}
    for name, seconds in times.items():
        against = statistics.median(one / bare for one, bare in zip(seconds, times[BARE], strict=True))
        rows[name] = {"seconds": round(statistics.median(seconds), 3), "times_bare": round(against, 2)}
        print(f"\naudit: {name:<36} {statistics.median(seconds):8.3f} s CPU, {against:6.2f} x bare", end="")
    of = {name: statistics.median(times[name]) for name in times}
    ratios = {
        "of the speed of msgspec that skips all but the usage": (of[BARE] / of[AUDIT], "≥", 0.5),
        "of that speed where no line is broken": (of[BARE] / of[NONE_BROKEN], "≥", 0.5),
        "times as fast as json.loads and jsonschema-rs": (of[SCHEMA] / of[AUDIT], "≥", 5),
        "times the time, gzip": (of[GZIP] / of[AUDIT], "≤", 1.5),
        "times the time, zstd": (of[ZSTD] / of[AUDIT], "≤", 1.25),
    }
    tell(ratios)
    record(lines=LINES, megabytes=round(size / 1e6), jobs=rows, ratios=ratios)


def judge_by_processes(files, jobs):
    """Return the seconds that judging takes in so many processes, their start among them."""
    began = time.perf_counter()
    for contract, path in files.items():
        parts = (part for found in find_inputs([str(path)]) for part in split(found))
        merge_partials(partial for _, partial in judge_parts(parts, Plan(contract=contract), jobs))
    return time.perf_counter() - began


def test_two_processes_beside_one(files, tmp_path):
    contract, path = next(iter(files.items()))
    big = tmp_path / "big.jsonl"
    with big.open("wb") as file:
        for _ in range(24 if FULL else 1):
            file.write(path.read_bytes())
    one, two = ([judge_by_processes({contract: big}, jobs) for _ in range(3 if FULL else 1)] for jobs in (1, 2))
    size = round(big.stat().st_size / 1e6)
    big.unlink()
    ratios = {"times as fast with two processes": (min(one) / min(two), "≥", 1.7)}
    print(f"\naudit: {size:,} MB: one process {min(one):.2f} s, two {min(two):.2f} s", end="")
    tell(ratios)
    record(ratios=ratios, processes={"megabytes": size, "one": min(one), "two": min(two)})


PEAK = """
import atexit, re, sys
from pathlib import Path
from pytest_usage_contract.cli import main
# What the system tells of a process itself; its resource usage has that of the one that started it, too.
peak = lambda: print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
atexit.register(peak)
sys.exit(main(sys.argv[1:]))
"""


def test_the_memory_of_an_audit(files, tmp_path):
    contract, path = next(iter(files.items()))
    peaks = {}
    for copies in (1, *((3, 25) if SIZE == "2gb" else ())):
        big = tmp_path / "big.jsonl"
        with big.open("wb") as file:
            for _ in range(copies):
                file.write(path.read_bytes())
        command = [sys.executable, "-c", PEAK, "check", str(big), "--contract", contract]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 1, done.stderr  # a line in a hundred is broken
        megabytes = round(big.stat().st_size / 1e6)
        peaks[megabytes] = round(int(done.stderr.split()[-1]) / 1024)
        print(f"\naudit: {megabytes:,} MB: peak memory {peaks[megabytes]} MB", end="")
        big.unlink()
    ratios = {"MB at most in a process, whatever the size": (max(peaks.values()), "≤", 100)}
    tell(ratios)
    record(ratios=ratios, peaks=peaks)


def tell(ratios):
    for name, (ratio, sign, budget) in ratios.items():
        print(f"\naudit: {ratio:.2f} {name}, budget {sign} {budget}", end="")
    print()


def record(*, ratios, **facts):
    """Add what a run has measured to its record, where it was a whole one."""
    if not FULL:
        return
    told = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    about = {
        "date": date.today().isoformat(),  # noqa: DTZ011 - the day at the machine
        "machine": f"{os.cpu_count()} cores of {platform.machine()}, {platform.system()}",
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }
    held = {
        name: {"ratio": round(ratio, 2), "sign": sign, "budget": budget}
        for name, (ratio, sign, budget) in ratios.items()
    }
    told = {**told, **about, **facts, "ratios": told.get("ratios", {}) | held}
    RECORD.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
