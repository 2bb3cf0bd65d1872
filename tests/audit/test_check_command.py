"""What `usage-contract check` judges, what it tells, and the status it exits with."""

import json
import os
from threading import Thread

import fsspec
import pytest
from recorded import BROKEN, DRIFTED, NULLABLE, URL, entry, write_har, write_lines
from toy import KEPT

from pytest_usage_contract import cli
from pytest_usage_contract.audit import check_command
from pytest_usage_contract.audit.partial import FIRST
from pytest_usage_contract.reports.json_report import to_json
from pytest_usage_contract.reports.report import Report

NOTHING = "usage-contract check: nothing was judged of {}\n"


def test_everything_is_judged_or_counted_and_the_first_places_of_a_finding_are_told(check, tmp_path):
    write_har(
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
    assert check("calls.har") == (
        1,
        "toy/chat  5 checked, 3 kept, 2 of them without a usage  16 of 16 fields seen (100 %)  1 schema, 1 drift\n"
        "1 response with a status other than 2xx\n"
        "1 response whose body was not recorded\n"
        "no contract covers POST example.test/v1 (1)\n"
        "fails   wrong-type  usage.total_tokens  in toy/chat\n"
        '        string "165", documented as a number\n'
        "        calls.har, entry 4\n"
        "warns   undocumented-field  usage.cost  in toy/chat\n"
        "        number 0.1, not documented\n"
        "        calls.har, entry 5\n"
        "failed: 1 schema finding fails\n",
        "",
    )


def test_a_body_is_judged_by_the_endpoint_that_answered_and_by_what_the_response_says_of_it(report_of, tmp_path):
    write_har(tmp_path, entry(URL, text='{"usage": null}'), entry(URL, text="<html>", mimeType="text/html"))
    missing, broken = sorted(report_of(".")["findings"], key=lambda found: found["places"])
    assert (missing["code"], missing["call"]) == ("null-value", "POST api.toy.test/v1/chat (200)")
    assert broken["message"].endswith("; its content type is text/html")


@pytest.mark.parametrize(
    "options, ini, status",
    [
        ([], "", 1),
        (["--fail-on=none"], "", 0),
        ([], "usage_contract_fail_on = accounting, drift", 1),
        ([], "usage_contract_fail_on = none", 0),
        (["--fail-on=schema"], "usage_contract_fail_on = none", 1),
        (["--ignore", "wrong-type usage.total_tokens in toy"], "", 0),
        ([], "usage_contract_ignore = wrong-type usage.total_tokens", 0),
        (["--ignore", "null-value"], "", 1),
        (["--fail-on=none", "--require", "toy"], "", 0),
        (["--fail-on=none", "--require", "openrouter/responses"], "", 1),
        (["--fail-on=none"], "usage_contract_require = openrouter", 1),
        (["--fail-on=none", "--require", "any"], "", 0),
        (["--fail-on=none", "--min-coverage", "100"], "", 0),
        (["--fail-on=none"], "usage_contract_min_coverage = 100", 0),
        (["--fail-on=none", "--min-coverage", "100", "--require", "openrouter/responses"], "", 1),
    ],
)
def test_the_options_and_the_ini_file_decide_as_in_a_run_under_pytest(check, tmp_path, options, ini, status):
    write_har(tmp_path, entry(URL, BROKEN), entry(URL, DRIFTED))
    (tmp_path / "pytest.ini").write_text(f"[pytest]\n{ini}\n")
    assert check(".", *options)[0] == status


def test_an_answer_without_a_usage_fails_where_one_is_demanded(check, report_of, tmp_path):
    write_har(tmp_path, entry(URL), entry(NULLABLE, text='{"usage": null}'), entry(URL, KEPT))
    assert check("calls.har")[0] == 0
    for demanded in (["--demand", "toy"], ["--demand=all"]):
        report = report_of("calls.har", *demanded)
        assert (report["outcome"], report["contracts"]["toy/chat"]["kept"]) == ("failed", 1)
        assert [(found["code"], found["count"]) for found in report["findings"]] == [("no-usage", 2)]
    assert report_of("calls.har", "--demand=openrouter")["contracts"]["toy/chat"]["without_usage"] == 2
    (tmp_path / "pytest.ini").write_text("[pytest]\nusage_contract_demand = toy/chat\n")
    assert check("calls.har")[0] == 1


def test_a_baseline_accepts_what_is_found_and_tells_what_is_not(check, report_of, tmp_path):
    write_har(tmp_path, entry(URL, BROKEN))
    assert check(".", "--baseline", "accepted.toml", "--update-baseline")[0] == 0
    (tmp_path / "pytest.ini").write_text("[pytest]\nusage_contract_baseline = accepted.toml\n")
    report = report_of("calls.har")
    assert (report["outcome"], report["findings"][0]["known"]) == ("passed", True)
    assert report["settings"]["baseline"] == "accepted.toml"
    write_har(tmp_path, entry(URL, KEPT))
    assert [unseen["code"] for unseen in report_of("calls.har")["prunable"]] == ["wrong-type"]
    assert report_of("calls.har", "--sample", "1000000007")["prunable"] == []


def test_every_form_of_a_report_is_written(check, tmp_path):
    with write_lines(tmp_path, KEPT, BROKEN).open("a") as file:
        file.write("{\n")
    names = ["report.json", "report.md", "report.html", "report.sarif"]
    status, *_ = check("bodies.jsonl", "--url", URL, *(f"--report={name}" for name in names))
    assert status == 1
    assert all("is no JSON" in (tmp_path / name).read_text() for name in names[1:3])
    (result,) = json.loads((tmp_path / "report.sarif").read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("bodies.jsonl", 2)


def test_an_entry_of_a_har_is_in_its_file_for_code_scanning(check, tmp_path):
    write_har(tmp_path, entry(URL, BROKEN))
    check("calls.har", "--report=report.sarif")
    (result,) = json.loads((tmp_path / "report.sarif").read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "calls.har"


def test_bodies_that_tell_no_request_are_judged_as_the_arguments_say(check, tmp_path):
    (tmp_path / "one.json").write_text(json.dumps({"usage": KEPT}))
    (tmp_path / "two.json").write_text('{"usage": null}')
    for told in (["--contract", "toy"], ["--url", URL]):
        status, out, _ = check("one.json", *told)
        assert (status, out.partition("  ")[0]) == (0, "toy/chat")
    assert check("two.json", "--url", NULLABLE)[0] == 0
    assert check("two.json", "--url", URL)[0] == 1
    assert check("two.json", "--url", "https://nobody.test/v1")[0] == 2


def test_an_address_is_covered_where_a_line_maps_it(check, report_of, tmp_path):
    write_har(tmp_path, entry("http://gateway:4000/v2/chat?x=1", text='{"usage": null}'))
    mapped = "http://gateway:4000 = toy/chat"
    assert check("calls.har", "--url", mapped)[0] == 0
    assert report_of("calls.har", "--url", mapped, "--url", "http://other = toy")["unused_urls"] == [
        "http://other = toy"
    ]
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nusage_contract_urls = {mapped}\n")
    assert check("calls.har")[0] == 0


CALLED = {
    "an address that no contract covers": ("http://gateway:4000/v2/chat", "toy/chat", "toy/chat"),
    "one that another covers": ("https://openrouter.ai/api/v1/responses", "toy/chat", "toy/chat"),
    "one that a contract of the named provider covers": (
        "https://openrouter.ai/api/v1/rerank",
        "openrouter",
        "openrouter/rerank",
    ),
}


@pytest.mark.parametrize("url, named, judged", CALLED.values(), ids=CALLED)
def test_a_contract_that_is_named_judges_whatever_was_called(report_of, tmp_path, url, named, judged):
    write_har(tmp_path, entry(url, text='{"usage": {"what": 1}}'))
    assert {found["contract"] for found in report_of("calls.har", "--contract", named)["findings"]} == {judged}


def test_what_nothing_covers_is_told_by_address_with_the_line_that_would_map_it(check, report_of, tmp_path):
    calls = [entry("https://gateway.test/v1/chat?key=secret", KEPT)] * 2
    write_har(tmp_path, *calls, entry("https://gateway.test/\x1b"), entry("https://gateway.test/logo", status=304))
    (tmp_path / "body{}.json").write_text("{}")
    status, out, err = check(".")
    assert (status, err) == (2, NOTHING.format("."))
    assert "map it in usage_contract_urls: http://gateway.test = toy/chat\n" in out
    assert r"no contract covers POST gateway.test/\x1b (1)" in out
    assert "1 response that tells no request, which --url or --contract judges (body{}.json)\n" in out
    report = report_of(".")
    assert [call["count"] for call in report["unmatched"]] == [1, 2]
    assert report["audit"]["uncovered"] == 1


def test_no_more_places_are_told_than_can_be_read(check, report_of, tmp_path):
    write_lines(tmp_path, *[KEPT] * 100)
    assert "(bodies.jsonl:1, bodies.jsonl:2, bodies.jsonl:3, …)" in check("bodies.jsonl")[1]
    assert len(report_of("bodies.jsonl")["audit"]["unnamed_places"]) == FIRST
    write_lines(tmp_path, *[BROKEN] * 100)
    assert "bodies.jsonl:1, bodies.jsonl:2, bodies.jsonl:3 and 97 more\n" in check("bodies.jsonl", "--url", URL)[1]


def test_an_empty_folder_is_no_success(check):
    assert check(".")[::2] == (2, NOTHING.format("."))


def test_what_cannot_be_read_is_named_and_counted_and_the_rest_judged(check, report_of, tmp_path):
    (tmp_path / "compose.yaml").write_text("services: {}")
    write_har(tmp_path, entry(URL, KEPT), {}, entry(URL, KEPT))
    status, out, _ = check(".", "missing.json")
    assert status == 0
    assert out.count("unread  calls.har, entry 2: ") == out.count("unread  compose.yaml: ") == 1
    assert "unread  missing.json: " in out
    assert check(".", "--strict")[0] == 1
    report = report_of(".")
    assert (report["checked"], report["audit"]["unread"], report["outcome"]) == (2, 2, "passed")
    assert report_of(".", "--strict")["reasons"] == ["2 places could not be read, and --strict was given"]
    assert check("compose.yaml")[::2] == (2, NOTHING.format("compose.yaml"))


def test_what_is_secret_in_a_url_is_in_no_output(check, tmp_path):
    memory = fsspec.filesystem("memory")
    memory.pipe("/audit/a?SECRET.jsonl", json.dumps({"usage": BROKEN}).encode() * 2)
    said = check(
        "memory://audit/a?SECRET.jsonl",
        "memory://b?SECRET",
        "--contract=toy",
        "--report=r.json",
        "--state=s.db",
    )
    memory.rm("/audit", recursive=True)
    assert said[0] == 1
    assert not [name for name in ("r.json", "s.db") if b"SECRET" in (tmp_path / name).read_bytes()]
    assert "SECRET" not in said[1] + said[2]


def test_unread_places_beyond_the_first_are_counted(check, tmp_path):
    write_har(tmp_path, *[{}] * (FIRST + 5))
    assert "unread  … and 5 more\n" in check("calls.har")[1]


def test_a_body_in_an_encoding_that_nobody_can_undo_here_is_no_evidence(check, tmp_path):
    response = {"status": 200, "headers": {"content-encoding": ["dcb"]}, "body": {"base64_string": "ixyA"}}
    interaction = {"request": {"method": "POST", "uri": URL}, "response": response}
    (tmp_path / "c.json").write_text(json.dumps({"interactions": [interaction]}))
    status, out, _ = check("c.json")
    assert (status, out.count("unread  c.json, interaction 1: content-encoding: dcb cannot be decoded here\n")) == (
        2,
        1,
    )


def test_a_file_that_is_named_twice_is_judged_once(report_of, tmp_path):
    write_har(tmp_path, entry(URL, KEPT))
    assert report_of("calls.har", ".", "./calls.har")["checked"] == 1


def test_a_sample_takes_the_same_exchanges_whenever_it_is_taken(report_of, check, tmp_path):
    write_lines(tmp_path, *[KEPT] * 300)
    first = report_of("bodies.jsonl", "--url", URL, "--sample=10")
    assert first == report_of("bodies.jsonl", "--url", URL, "--sample=10")
    assert 10 < first["checked"] < 60
    assert first["audit"]["sample"] == 10
    assert "a sample: one exchange in 10 was judged\n" in check("bodies.jsonl", "--url", URL, "--sample=10")[1]


def test_an_audit_that_is_interrupted_proves_nothing_and_reports_what_it_has(report_of, tmp_path, monkeypatch):
    def stop(parts, plan, jobs):
        yield from list(judge_parts(parts, plan, jobs))[:1]
        raise KeyboardInterrupt

    judge_parts = check_command.judge_parts
    monkeypatch.setattr(check_command, "judge_parts", stop)
    write_har(tmp_path, entry(URL, KEPT))
    write_har(tmp_path, entry(URL, KEPT), name="more.har")
    report = report_of("calls.har", "more.har")
    assert (report["checked"], report["interrupted"], report["missing"]) == (1, True, ["1 of 2 parts"])


MISUSES = {
    "no mapping": ["--url", "gateway = toy"],
    "no contract": ["--contract", "tyo"],
    "no contract that is required": ["--require", "tyo"],
    "no contract that is demanded": ["--demand", "tyo"],
    "no kind": ["--fail-on", "everything"],
    "nothing that is ignored": ["--ignore", "tyops"],
    "no percentage": ["--min-coverage", "101"],
    "no baseline": ["--baseline", "missing.toml"],
    "no baseline to update": ["--update-baseline"],
    "no report": ["--report", "report.txt"],
}


@pytest.mark.parametrize("options", MISUSES.values(), ids=MISUSES)
def test_a_misuse_is_one_line(check, tmp_path, options):
    write_har(tmp_path, entry(URL, KEPT))
    status, out, err = check("calls.har", *options)
    assert (status, out, err.count("\n"), err.partition(": ")[0]) == (2, "", 1, "usage-contract check")


@pytest.mark.parametrize("options", [["--jobs", "0"], ["--sample", "x"]])
def test_a_number_that_is_none_is_a_misuse(check, capsys, options):
    with pytest.raises(SystemExit) as ended:
        check(".", *options)
    assert (ended.value.code, f"argument {options[0]}: " in capsys.readouterr().err) == (2, True)


def test_reports_of_audits_merge_with_those_of_other_runs(check, report_of, tmp_path, capsys):
    write_har(tmp_path, entry(URL, KEPT), {}, entry(URL, size=5))
    check(".", "--strict", "--report=one.json")
    check("calls.har", "--sample=1", "--report=two.json")
    (tmp_path / "tests.json").write_text(to_json(Report()))
    assert cli.main(["merge", "one.json", "two.json", "tests.json", "--report=merged.json"]) == 1
    merged = json.loads((tmp_path / "merged.json").read_text())["audit"]
    assert (merged["unread"], merged["not_recorded"], len(merged["unread_places"])) == (2, 2, 1)


def test_a_pipe_is_read(check, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = Thread(target=(tmp_path / "pipe").write_text, args=[json.dumps({"usage": KEPT}) + "\n"])
    writer.start()
    assert check("pipe", "--url", URL)[0] == 0
    writer.join()
