"""Whatever a server sends: a verdict at the right place, and never a crash, a hang or a leak."""

import gzip
import json
import time
import tracemalloc
from math import inf

import pydantic
import pytest
from toy import codes

from pytest_usage_contract import Contract, Count, Endpoint, Source, Total, Usage
from pytest_usage_contract.core.check import check_bytes


class Details(Usage):
    cached: Count


class Counts(Usage):
    input: Count
    output: Count
    total: Count
    details: Details


CONTRACT = Contract(
    name="own/call",
    source=Source(document="Counts", package="own"),
    usage=Counts,
    accounting=(Total("total", of=("input", "output")),),
)
GOOD = '{"input":120,"output":45,"details":{"cached":64},"total":165}'
BODY = f'{{"usage":{GOOD}}}'


def beside(text):
    """A body with a good usage, and *text* beside it."""
    return f'{{"output":{text},"usage":{GOOD}}}'


def inside(text):
    """A body with a usage that is good but for *text* in it."""
    return f'{{"usage":{GOOD[:-1]},{text}}}}}'


KEPT = {
    "as it should be": BODY,
    "a byte-order mark": "\ufeff" + BODY,
    "UTF-16": BODY.encode("utf-16"),
    "UTF-32": BODY.encode("utf-32"),
    "a lone surrogate beside": beside(r'"\ud800"'),
    "a lone surrogate as bytes": beside('"\ud800"').encode("utf-8", "surrogatepass"),
    "a number beyond a float": beside("1e400"),
    "a number of 31 digits": beside(str(10**30)),
    "a number of 5,000 digits": beside("9" * 5_000),
    "not a number": beside("[NaN,Infinity,-Infinity]"),
    "lists nested 10,000 deep": beside("[" * 10_000 + "]" * 10_000),
    "objects nested 10,000 deep": beside('{"a":' * 10_000 + "1" + "}" * 10_000),
    "nested deeply, with brackets in strings": beside("[" * 300 + r'"]]\"}"' + "]" * 300),
    "nested as deep as pydantic reads": beside("[" * 190 + "]" * 190),
    "the last of two usages": f'{{"usage":3,"usage":{GOOD}}}',
    "the last of two counts": inside('"total":"x","total":165'),
    "an escaped name": BODY.replace("usage", r"\u0075sage"),
    "as large as the standard library may read": ("\ufeff" + BODY).ljust(8 * 1024 * 1024 - 2),
    "white space around": f"\r\n\t {BODY} \n",
    "keys with control characters beside": f'{{"\\u0000\\u001b[31m":1,"usage":{GOOD}}}',
    "a key of 1 MB beside": f'{{"{"k" * 1_000_000}":1,"usage":{GOOD}}}',
}

BROKEN = {
    ("not-json", "$"): {
        "empty": "",
        "blank": " \r\n\t",
        "text": "upstream timed out",
        "HTML": "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        "cut": BODY[:-1],
        "cut in a string": BODY[:6],
        "followed by more": BODY + "x",
        "followed by a null": BODY + "\0",
        "gzip": gzip.compress(BODY.encode()),
        "not UTF-8": beside('"\\"').encode()[:12] + b'\xff"}',
        "deep and never closed": '{"output":' + "[" * 100_000,
        "deep and closed wrongly": beside("[" * 300 + "}" * 300),
        "deep and closed too often": "[" * 300 + "]" * 301,
        "deep, and one string with no end": "[" * 300 + '"' + '\\"' * 100_000,
        "more than the standard library may read": "\ufeff" + beside(f'"{"x" * 8 * 1024 * 1024}"'),
    },
    ("wrong-type", "$"): {
        "a list": "[1, 2]",
        "a number": "3.5",
        "null": "null",
        "a text that may be a completion": '"the secret plan"',
    },
    ("wrong-type", "usage"): {
        "a usage that is a number": '{"usage": 3}',
        "a usage that is a text": '{"usage": "3"}',
        "a usage that is a list": f'{{"usage": [{GOOD}]}}',
        "the last of two usages": f'{{"usage":{GOOD},"usage":3}}',
    },
    ("null-value", "usage"): {"a usage that is null": '{"usage": null}'},
    ("error-body", "$.error"): {
        "an error instead": '{"error": {"code": 502, "message": "no"}}',
        "an error with a null usage": '{"error": {"code": 502}, "usage": null}',
        "an error that may quote a key": '{"error": "sk-12345"}',
    },
    ("wrong-type", "usage.total"): {
        "the last of two counts": inside('"total":"x"'),
        "a text of 1 MB": inside(f'"total":"{"k" * 1_000_000}"'),
    },
    ("non-finite-number", "usage.total"): {
        "a count beyond a float": inside('"total":1e400'),
        "a count of 4,301 digits": inside('"total":' + "9" * 4_301),
        "a count of -5,000 digits": inside('"total":-' + "9" * 5_000),
        "a count that is not a number": inside('"total":NaN'),
    },
    ("total-mismatch", "usage.total"): {
        "a count of 31 digits": inside(f'"total":{10**30}'),
        "a count of 4,300 digits": inside('"total":' + "9" * 4_300),
        "a count of 4,300 digits, read by the standard library": "\ufeff" + inside('"total":' + "9" * 4_300),
    },
    ("undocumented-field", r'usage["\x1b[31m\n"]'): {"control characters": inside(r'"\u001b[31m\n":1')},
    ("undocumented-field", r'usage["\ud800"]'): {"a lone surrogate": inside(r'"\ud800":1')},
    ("undocumented-field", f'usage["{"k" * 60}… (1000000 characters)"]'): {"1 MB": inside(f'"{"k" * 1_000_000}":1')},
    ("undocumented-field", "usage.deep"): {"deep": inside('"deep":' + "[" * 10_000 + "]" * 10_000)},
}
ROWS = {f"{found[0]}: {name}": (found, body) for found, bodies in BROKEN.items() for name, body in bodies.items()}


def bytes_of(body):
    return body.encode() if isinstance(body, str) else body


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_a_good_usage_is_judged_whatever_stands_beside_it(body):
    verdict = check_bytes(CONTRACT, bytes_of(body))
    assert verdict.findings == ()
    assert verdict.usage.total == 165
    assert verdict.wire == json.loads(GOOD)


@pytest.mark.parametrize("found, body", ROWS.values(), ids=ROWS)
def test_a_bad_body_is_one_finding(found, body):
    verdict = check_bytes(CONTRACT, bytes_of(body), note="as it came")
    assert codes(verdict) == [found]
    assert verdict.note == "as it came"


SECRETS = ['"sk-12345"', '{"error": "sk-12345"}', '{"usage": 3, "x": "sk-12345', "sk-12345", inside('"x":"sk-12345"')]


@pytest.mark.parametrize("body", SECRETS)
def test_nothing_of_a_text_that_may_be_a_key_is_told(body):
    (found,) = check_bytes(CONTRACT, body.encode()).findings
    assert not any("sk-12345" in told for told in found)


@pytest.mark.parametrize("digits, number", [("1e400", inf), ("9" * 4_301, inf), ("-" + "9" * 5_000, -inf)])
def test_a_number_that_is_too_large_keeps_its_sign(digits, number):
    assert check_bytes(CONTRACT, inside(f'"total":{digits}').encode()).wire["total"] == number


@pytest.mark.parametrize("at, there", [("usage", BODY[1:-1]), ("x.usage", f'"x":{BODY}')])
def test_a_body_of_50_mb_takes_neither_its_size_again_nor_long(at, there):
    body = f'{{"data":[{{"b64_json":"{"A" * 50_000_000}"}}],{there}}}'.encode()
    tracemalloc.start()
    began = time.monotonic()
    verdict = check_bytes(CONTRACT, body, endpoint=Endpoint(path="", hosts=(), at=at))
    took, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.kept
    assert peak < (1_000_000 if pydantic.VERSION >= "2.11" else 51_000_000)
    assert took < 30  # a hang is what this would catch; how fast it is, the benchmarks tell


@pytest.mark.parametrize("start", ["[", '{"a":', '"', '\\"', '["', "[{", "]", "9", "-", "1e", " ", "\0"])
def test_no_text_that_goes_on_and_on_takes_long(start):
    began = time.monotonic()
    verdict = check_bytes(CONTRACT, (start * 200_000).encode())
    assert [found.code for found in verdict.findings] in (["not-json"], ["wrong-type"])
    assert time.monotonic() - began < 30
