"""Whatever a server sends: a verdict, in words that are asserted whole, and never a crash, a hang or a leak."""

import gzip
import json
import time
import tracemalloc

import pytest

from pytest_usage_contract.contracts import find_contract
from pytest_usage_contract.core.body import LAST_COUNTS
from pytest_usage_contract.core.check import check_bytes

CONTRACT = find_contract("openrouter/alpha_responses")
GOOD = (
    '{"input_tokens":120,"input_tokens_details":{"cached_tokens":64},"output_tokens":45,'
    '"output_tokens_details":{"reasoning_tokens":32},"total_tokens":165}'
)
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
    "the last of two counts": inside('"total_tokens":"x","total_tokens":165'),
    "an escaped name": BODY.replace("usage", r"\u0075sage"),
    "white space around": f"\r\n\t {BODY} \n",
    "keys with control characters beside": f'{{"\\u0000\\u001b[31m":1,"usage":{GOOD}}}',
    "a key of 1 MB beside": f'{{"{"k" * 1_000_000}":1,"usage":{GOOD}}}',
}

BROKEN = {
    "empty": ("", "not-json", "$", "empty body, documented as JSON"),
    "blank": (" \r\n\t", "not-json", "$", "empty body, documented as JSON"),
    "text": ("upstream timed out", "not-json", "$", "not JSON: expected value at line 1 column 1"),
    "HTML": (
        "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        "not-json",
        "$",
        "not JSON: expected value at line 1 column 1",
    ),
    "cut": (BODY[:-1], "not-json", "$", "not JSON: EOF while parsing an object at line 1 column 159"),
    "cut in a string": (BODY[:6], "not-json", "$", "not JSON: EOF while parsing a string at line 1 column 6"),
    "followed by more": (BODY + "x", "not-json", "$", "not JSON: trailing characters at line 1 column 161"),
    "followed by a null": (BODY + "\0", "not-json", "$", "not JSON: trailing characters at line 1 column 161"),
    "gzip": (gzip.compress(BODY.encode()), "not-json", "$", "not JSON: not UTF-8"),
    "not UTF-8": (beside('"\\"').encode()[:12] + b'\xff"}', "not-json", "$", "not JSON: not UTF-8"),
    "deep and never closed": (
        '{"output":' + "[" * 100_000,
        "not-json",
        "$",
        "not JSON: recursion limit exceeded at line 1 column 211",
    ),
    "deep and closed wrongly": (
        beside("[" * 300 + "}" * 300),
        "not-json",
        "$",
        "not JSON: recursion limit exceeded at line 1 column 211",
    ),
    "deep and closed too often": (
        "[" * 300 + "]" * 301,
        "not-json",
        "$",
        "not JSON: recursion limit exceeded at line 1 column 202",
    ),
    "deep, and one string with no end": (
        "[" * 300 + '"' + '\\"' * 100_000,
        "not-json",
        "$",
        "not JSON: recursion limit exceeded at line 1 column 202",
    ),
    "a list": ("[1, 2]", "wrong-type", "$", "list of 2 items, documented as an object"),
    "a number": ("3.5", "wrong-type", "$", "number 3.5, documented as an object"),
    "null": ("null", "wrong-type", "$", "null, documented as an object"),
    "a text that may be a completion": (
        '"the secret plan"',
        "wrong-type",
        "$",
        "string of 15 characters, documented as an object",
    ),
    "a usage that is a number": ('{"usage": 3}', "wrong-type", "usage", "number 3, documented as an object"),
    "a usage that is a text": ('{"usage": "3"}', "wrong-type", "usage", 'string "3", documented as an object'),
    "a usage that is a list": (
        f'{{"usage": [{GOOD}]}}',
        "wrong-type",
        "usage",
        "list of 1 item, documented as an object",
    ),
    "a usage that is null": ('{"usage": null}', "null-value", "usage", "null, documented as an object"),
    "the last of two usages": (
        f'{{"usage":{GOOD},"usage":3}}',
        "wrong-type",
        "usage",
        "number 3, documented as an object",
    ),
    "the last of two counts": (
        inside('"total_tokens":"x"'),
        "wrong-type",
        "usage.total_tokens",
        'string "x", documented as a number',
    ),
    "an error instead": (
        '{"error": {"code": 502, "message": "no"}}',
        "error-body",
        "$.error",
        "the response has succeeded, yet carries an error (object with 2 names) and no usage",
    ),
    "an error with a null usage": (
        '{"error": {"code": 502}, "usage": null}',
        "error-body",
        "$.error",
        "the response has succeeded, yet carries an error (object with 1 name) and no usage",
    ),
    "an error that may quote a key": (
        '{"error": "sk-12345"}',
        "error-body",
        "$.error",
        "the response has succeeded, yet carries an error (string of 8 characters) and no usage",
    ),
    "a count beyond a float": (
        inside('"total_tokens":1e400'),
        "non-finite-number",
        "usage.total_tokens",
        "infinity, or a number too large to be read, documented as a number",
    ),
    "a count of -5,000 digits": (
        inside('"total_tokens":-' + "9" * 5_000),
        "non-finite-number",
        "usage.total_tokens",
        "-infinity, or a number too large to be read, documented as a number",
    ),
    "a count that is not a number": (
        inside('"total_tokens":NaN'),
        "non-finite-number",
        "usage.total_tokens",
        "NaN, documented as a number",
    ),
    "a count of 31 digits": (
        inside(f'"total_tokens":{10**30}'),
        "total-mismatch",
        "usage.total_tokens",
        f"input_tokens + output_tokens = 120 + 45 = 165, is {10**30}",
    ),
    "a count of 4,300 digits": (
        inside('"total_tokens":' + "9" * 4_300),
        "total-mismatch",
        "usage.total_tokens",
        "input_tokens + output_tokens = 120 + 45 = 165, is a number of about 4285 digits",
    ),
    "a key with control characters": (
        inside(r'"\u001b[31m\n":1'),
        "undocumented-field",
        r'usage["\x1b[31m\n"]',
        "number 1, not documented",
    ),
    "a key with a lone surrogate": (
        inside(r'"\ud800":1'),
        "undocumented-field",
        r'usage["\ud800"]',
        "number 1, not documented",
    ),
    "a key of 1 MB": (
        inside(f'"{"k" * 1_000_000}":1'),
        "undocumented-field",
        f'usage["{"k" * 60}… (1000000 characters)"]',
        "number 1, not documented",
    ),
    "a text of 1 MB": (
        inside(f'"total_tokens":"{"k" * 1_000_000}"'),
        "wrong-type",
        "usage.total_tokens",
        "string of 1000000 characters, documented as a number",
    ),
    "deep nesting in the usage": (
        inside('"deep":' + "[" * 10_000 + "]" * 10_000),
        "undocumented-field",
        "usage.deep",
        "list of 1 item, not documented",
    ),
}


def bytes_of(body):
    return body.encode() if isinstance(body, str) else body


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_a_good_usage_is_judged_whatever_stands_beside_it(body):
    verdict = check_bytes(CONTRACT, bytes_of(body))
    assert verdict.findings == ()
    assert verdict.usage.total_tokens == 165
    assert verdict.wire == json.loads(GOOD)


@pytest.mark.parametrize("body, code, path, message", BROKEN.values(), ids=BROKEN)
def test_a_bad_body_is_one_finding(body, code, path, message):
    verdict = check_bytes(CONTRACT, bytes_of(body), note="as it came")
    assert [(found.code, found.path, found.message) for found in verdict.findings] == [(code, path, message)]
    assert verdict.note == "as it came"


def test_a_body_that_only_the_standard_library_could_read_is_not_read_beyond_bounds():
    body = "\ufeff" + f'{{"output":"{"x" * (8 * 1024 * 1024)}","usage":{GOOD}}}'
    (found,) = check_bytes(CONTRACT, body.encode()).findings
    assert found.message == ("not JSON: expected value at line 1 column 1, and too large to be read in another way")


def test_a_body_of_50_mb_takes_neither_its_size_again_nor_long():
    body = f'{{"data":[{{"b64_json":"{"A" * 50_000_000}"}}],"usage":{GOOD}}}'.encode()
    tracemalloc.start()
    began = time.monotonic()
    verdict = check_bytes(CONTRACT, body)
    took, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.kept
    assert peak < (1_000_000 if LAST_COUNTS else 51_000_000)
    assert took < 30  # a hang is what this would catch; how fast it is, the benchmarks tell


@pytest.mark.parametrize("start", ["[", '{"a":', '"', '\\"', '["', "[{", "]", "9", "-", "1e", " ", "\0"])
def test_no_text_that_goes_on_and_on_takes_long(start):
    began = time.monotonic()
    verdict = check_bytes(CONTRACT, (start * 200_000).encode())
    assert [found.code for found in verdict.findings] in (["not-json"], ["wrong-type"])
    assert time.monotonic() - began < 30
