"""A HAR that a real browser was recorded into is judged as the same answers are in a test run."""

import pytest
from loopback import audit, run_live, serve
from playwright.sync_api import sync_playwright


@pytest.fixture
def record(browser, tmp_path):
    """Records a visit of the page that calls the provider, the bodies within the HAR or beside it: its path."""

    def record(base, content):
        path = tmp_path / "calls.har"
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            context = chromium.new_context(record_har_path=path, record_har_content=content)
            page = context.new_page()
            page.goto(base)
            page.wait_for_function("document.title === 'called'")
            context.close()
            chromium.close()
        return path

    return record


@pytest.mark.parametrize("content", ["embed", "attach"])
def test_a_har_is_judged_as_the_run_was(pytester, record, content):
    with serve() as base:
        path = record(base, content)
        live = run_live(pytester, base)
    assert audit(path, base) == live
