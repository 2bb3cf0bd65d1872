"""What `usage-contract check` judges, what it tells, and the status it exits with."""

import json

import pytest
from toy import KEPT, TOY

from pytest_usage_contract import cli
from pytest_usage_contract.audit.check_command import MOST_ADDRESSES, MOST_NAMES
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.finding import format_verdict
from pytest_usage_contract.providers.registry import register

URL, NULLABLE = "https://api.toy.test/v1/chat", "https://api.toy.test/v2/chat"
DRIFTED = {**KEPT, "cost": 0.1}
BROKEN = {**KEPT, "total_tokens": "165"}


@pytest.fixture(autouse=True)
def registered():
    take_away = register([TOY])
    yield
    take_away()


@pytest.fixture
def check(capsys, tmp_path, monkeypatch):
    """Runs the command in the folder of the files: its status, and what it printed on both channels."""
    monkeypatch.chdir(tmp_path)

    def check(*arguments):
        return (cli.main(["check", *map(str, arguments)]), *capsys.readouterr())

    return check


def entry(url, usage=None, status=200, **content):
    content = content or {"text": json.dumps({} if usage is None else {"usage": usage})}
    return {"request": {"method": "POST", "url": url}, "response": {"status": status, "content": content}}


def write(folder, *entries, name="calls.har"):
    path = folder / name
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


def test_each_verdict_that_has_findings_is_told_and_all_are_summed_up(check, tmp_path):
    write(
        tmp_path,
        entry(URL, KEPT),
        entry(URL, status=429),
        entry("https://example.test/v1"),
        entry(URL, BROKEN),
        entry(URL, DRIFTED, status=201),
        entry(URL),
        entry(NULLABLE, text='{"usage": null}'),
        entry(URL, size=512),
    )
    broken, drifted = (
        format_verdict(checker(TOY).check(usage), TOY, failing=("schema",), call=f"calls.har, entry {number}")
        for number, usage in ((4, BROKEN), (5, DRIFTED))
    )
    assert check("calls.har") == (
        1,
        f"{broken}\n\n{drifted}\n\n"
        "5 judged, 3 kept (2 of them without a usage), 1 broken, 1 with findings that do not fail\n"
        "not judged: 1 not recorded, 1 of another status than 2xx, 1 at an address that no contract covers\n",
        "",
    )


def test_a_body_is_judged_by_the_endpoint_that_answered_and_by_what_the_response_says_of_it(check, tmp_path):
    write(tmp_path, entry(URL, text='{"usage": null}'), entry(URL, text="<html>", mimeType="text/html"))
    status, out, _ = check(".")
    assert (status, out.splitlines()[-1]) == (1, "2 judged, 0 kept, 2 broken")
    assert "  null-value  usage  null, documented as an object\n" in out
    assert out.count("; its content type is text/html\n") == 1


@pytest.mark.parametrize(
    "fail_on, status, summary",
    [
        ("schema,drift", 1, "2 judged, 0 kept, 2 broken"),
        ("none", 0, "2 judged, 0 kept, 0 broken, 2 with findings that do not fail"),
    ],
)
def test_those_kinds_fail_that_are_told(check, tmp_path, fail_on, status, summary):
    write(tmp_path, entry(URL, BROKEN), entry(URL, DRIFTED))
    found, out, _ = check(tmp_path, f"--fail-on={fail_on}")
    assert (found, out.splitlines()[-1]) == (status, summary)


def test_bodies_that_tell_no_request_are_judged_as_the_arguments_say(check, tmp_path):
    (tmp_path / "one.json").write_text(json.dumps({"usage": KEPT}))
    (tmp_path / "two.json").write_text('{"usage": null}')
    kept = (0, "1 judged, 1 kept, 0 broken\n", "")
    assert check("one.json", "--contract", "toy") == kept
    assert check("one.json", "--url", URL) == kept
    assert check("two.json", "--url", NULLABLE)[1] == "1 judged, 1 kept (1 of them without a usage), 0 broken\n"
    assert check("two.json", "--url", URL)[0] == 1
    assert check("two.json", "--url", "https://nobody.test/v1")[0] == 2


def test_an_address_is_covered_where_a_line_maps_it(check, tmp_path):
    write(tmp_path, entry("http://gateway:4000/v2/chat?x=1", text='{"usage": null}'))
    assert check("calls.har", "--url", "http://gateway:4000 = toy/chat")[0] == 0
    # A call that no contract covers is left out, whatever contract is named for bare bodies.
    assert check("calls.har", "--contract", "toy/chat")[0] == 2
    assert check("calls.har", "--url", "gateway = toy")[::2] == (
        2,
        "usage-contract check: 'gateway = toy' is no mapping; one reads http://host:port/path = provider/endpoint\n",
    )


def test_where_nothing_was_judged_it_is_told_why_with_the_addresses(check, tmp_path):
    write(tmp_path, *[entry("https://gateway.test/v1/chat?key=secret")] * 2, entry("https://gateway.test/\x1b"))
    (tmp_path / "body{}.json").write_text("{}")
    assert check(".") == (
        2,
        "nothing was judged: 3 at an address that no contract covers, "
        "1 that told no request, which --contract NAME judges (body{}.json)\n"
        "  POST gateway.test/v1/chat  2 times\n"
        r"  POST gateway.test/\x1b  1 time"
        "\n"
        '--url "URL = NAME", or usage_contract_urls, says which contract an address has\n',
        "",
    )


def test_no_more_addresses_and_names_are_told_than_can_be_read(check, tmp_path):
    write(tmp_path, *[entry(f"https://gateway.test/{number}") for number in range(MOST_ADDRESSES + 5)])
    (tmp_path / "bodies.jsonl").write_text("{}\n" * 100)
    first, *others = check(".")[1].splitlines()
    names = ", ".join(f"bodies.jsonl:{number}" for number in range(1, MOST_NAMES + 1))
    assert first.endswith(f"100 that told no request, which --contract NAME judges ({names}, …)")
    assert len(others) == MOST_ADDRESSES + 1


def test_an_empty_folder_is_no_success(check):
    status, out, err = check(".")
    assert (status, err) == (2, "")
    assert out.startswith("nothing was judged: there is no file of a kind that is read (.json, ")


def test_what_cannot_be_read_in_a_folder_is_named_and_counted_and_the_rest_judged(check, tmp_path):
    (tmp_path / "compose.yaml").write_text("services: {}")
    write(tmp_path, entry(URL, KEPT), {}, entry(URL, KEPT))
    assert check(".") == (
        0,
        "2 judged, 2 kept, 0 broken\nnot judged: 2 unreadable\n",
        "usage-contract check: calls.har, entry 2: no exchange stands here (KeyError)\n"
        "usage-contract check: compose.yaml: is no cassette: it has neither interactions nor responses\n",
    )


def test_a_file_that_was_named_and_cannot_be_read_is_misuse_in_one_line(check, tmp_path):
    (tmp_path / "x.har").write_text('{"log": {"entries": 5}}')
    line = "usage-contract check: x.har, log.entries: number 5, where a list of entries should be\n"
    assert check("x.har") == (2, "", line)
    write(tmp_path, entry(URL, KEPT))
    judged = "1 judged, 1 kept, 0 broken\nnot judged: 1 unreadable\n"
    assert check("x.har", "calls.har") == (2, judged, line)


def test_a_body_in_an_encoding_that_nobody_can_undo_here_is_no_evidence(check, tmp_path):
    response = {"status": 200, "headers": {"content-encoding": ["dcb"]}, "body": {"base64_string": "ixyA"}}
    interaction = {"request": {"method": "POST", "uri": URL}, "response": response}
    (tmp_path / "c.json").write_text(json.dumps({"interactions": [interaction]}))
    line = "usage-contract check: c.json, interaction 1: content-encoding: dcb cannot be decoded here\n"
    assert check("c.json") == (2, "", line)
