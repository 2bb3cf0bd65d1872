"""How a verdict is laid out, asserted whole, whatever its findings say."""

from toy import TOY

from pytest_usage_contract.core.finding import Finding, Verdict
from pytest_usage_contract.core.verdict_text import count_by_kind, format_failure, format_findings, format_verdict


def finding(code, path, message):
    return Finding("toy/chat", code, path, "", "", message)


NULL = finding("null-value", "usage.a", "one")
WRONG = finding("wrong-type", "usage.lines[].model", "two")
PART = finding("part-exceeds-whole", "usage.b", "three")
NEW = finding("undocumented-field", "usage.c", "four")
FOUND = (NULL, WRONG, PART, NEW)

LAYOUTS = {
    "kept in a call": (
        Verdict("toy/chat"),
        {"call": "POST api.toy.test/v1/chat (200)"},
        """\
toy/chat kept in POST api.toy.test/v1/chat (200)
documented in ToyUsage of toy-sdk 1.2.3""",
    ),
    "kept, with what does not fail": (
        Verdict("toy/chat", (NEW,)),
        {"failing": ("schema",)},
        """\
toy/chat kept
also, not failing: 1 drift finding
  undocumented-field  usage.c  four
documented in ToyUsage of toy-sdk 1.2.3""",
    ),
    "broken in a call, with what does not fail and a note": (
        Verdict("toy/chat", FOUND, note="a note"),
        {"failing": ("schema",), "call": "POST /v1/chat (200)"},
        """\
toy/chat broken: 2 schema findings in POST /v1/chat (200)
  null-value  usage.a              one
  wrong-type  usage.lines[].model  two
also, not failing: 1 accounting and 1 drift findings
  part-exceeds-whole  usage.b  three
  undocumented-field  usage.c  four
a note
documented in ToyUsage of toy-sdk 1.2.3""",
    ),
    "broken, where everything fails": (
        Verdict("toy/chat", FOUND),
        {},
        """\
toy/chat broken: 2 schema and 1 accounting and 1 drift findings
  null-value          usage.a              one
  wrong-type          usage.lines[].model  two
  part-exceeds-whole  usage.b              three
  undocumented-field  usage.c              four
documented in ToyUsage of toy-sdk 1.2.3""",
    ),
}


def test_a_verdict_is_laid_out():
    laid_out = {case: format_verdict(verdict, TOY, **options) for case, (verdict, options, _) in LAYOUTS.items()}
    assert laid_out == {case: text for case, (*_, text) in LAYOUTS.items()}


def test_a_failure_begins_with_the_first_finding_that_fails_and_ends_with_the_place_of_the_call():
    verdict, schema = Verdict("toy/chat", FOUND), {"failing": ("schema",), "call": "POST /v1/chat (200)"}
    whole = format_verdict(verdict, TOY, **schema)
    assert format_failure(verdict, TOY, **schema) == f"null-value usage.a (toy/chat)\n{whole}"
    assert format_failure(verdict, TOY, **schema, place="test_it.py:3").endswith(f"{whole}\ntest_it.py:3")
    assert format_failure(verdict, TOY, failing=("drift",)).startswith(
        "undocumented-field usage.c (toy/chat)\ntoy/chat "
    )


def test_findings_are_counted_by_kind():
    counts = [count_by_kind(found) for found in ([NULL], [NULL, WRONG], [WRONG, PART])]
    assert counts == ["1 schema finding", "2 schema findings", "1 schema and 1 accounting findings"]


def test_lines_of_findings_are_indented_as_told_and_none_where_there_are_none():
    assert format_findings([NEW], indent="") == ["undocumented-field  usage.c  four"]
    assert format_findings([]) == []
