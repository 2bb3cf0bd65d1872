from pytest_usage_contract.reports.annotations import annotations

ERRORS = [
    (
        "::error file=tests/test_bill.py,title=usage contract::missing-field usage.output_tokens_details: absent, "
        "documented as an object%0Aopenrouter/alpha_responses, 4 times, tests/test_bill.py::test_a, "
        "tests/test_bill.py::test_b, tests/test_bill.py::test_c and 1 more"
    ),
    (
        "::error file=tests/test_chat.py,title=usage contract::null-value usage.input_tokens: null, "
        "documented as a number%0Aopenrouter/alpha_responses, tests/test_chat.py::test_expired"
    ),
]
REST = [
    (
        "::error title=usage contract::orq/images_edits is required, and was not exercised "
        "(1 answered by mocks, which do not count)"
    ),
    (
        "::warning title=usage contract::total-mismatch usage.total_tokens: input_tokens + output_tokens = 100 + 20 = "
        "120, is 121%0Aopenrouter/alpha_responses, outside any test"
    ),
    (
        "::warning file=tests/test_bill.py,title=usage contract::undocumented-field usage.cost: number 0.5, "
        "not documented%0Aopenrouter/alpha_responses, 4 times, tests/test_bill.py::test_a, tests/test_bill.py::test_b, "
        "tests/test_bill.py::test_c and 1 more"
    ),
]


def test_what_fails_and_what_warns_is_annotated(varied):
    assert [*annotations(varied())] == ERRORS + REST


def test_nothing_is_annotated_that_the_failed_tests_show_already(varied):
    assert [*annotations(varied(), failures=False)] == REST


def test_a_failing_finding_outside_any_test_is_annotated_in_any_case(phase, tallied, kept):
    report = tallied(phase("", {**kept, "total_tokens": "120"}))
    assert [*annotations(report, failures=False)] == [
        (
            '::error title=usage contract::wrong-type usage.total_tokens: string "120", documented as a number'
            "%0Aopenrouter/alpha_responses, outside any test"
        )
    ]


def test_files_are_named_from_the_root_of_the_repository(phase, tallied, kept):
    (warning,) = annotations(tallied(phase("tests/test_a.py::test", {**kept, "cost": 1})), root="services/chat")
    assert warning.startswith("::warning file=services/chat/tests/test_a.py,title=")


def test_more_than_github_shows_are_counted(phase, tallied, kept):
    report = tallied(phase("a::1", {**kept, **{f"new_{number:02}": 1 for number in range(25)}}))
    told = [*annotations(report)]
    assert len(told) == 10
    assert told[-1] == "::notice title=usage contract::16 more findings stand in the report"


def test_a_passing_run_has_no_annotations(phase, tallied, kept):
    assert [*annotations(tallied(phase("a::1", kept)))] == []


def test_nothing_hostile_makes_a_command_or_a_property(nasty):
    for told in annotations(nasty):
        assert told.isprintable()
        assert "\n" not in told
        properties = told.removeprefix("::").partition("::")[0]
        assert set(properties.partition(" ")[2].replace("title=usage contract", "").split(",")) <= {"", told_file(told)}


def told_file(told):
    return "file=" + told.partition("file=")[2].partition(",")[0]
