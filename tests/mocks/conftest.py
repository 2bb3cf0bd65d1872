"""A suite that calls providers as an application does."""

# Imported once, here: a run in this process forgets what it was the first to import.
import httpx  # noqa: F401
import httpx2  # noqa: F401
import pytest
import respx  # noqa: F401

CALLS = """
import httpx
import httpx2
import pytest

OPENROUTER = "https://openrouter.ai/api/v1/responses"
EDITS = "https://api.orq.ai/v2/proxy/images/edits"
ATOMA = "https://api.atoma.network/v1/completions"


def usage(url, lib=httpx):
    return lib.post(url, json={}).json()["usage"]
"""


@pytest.fixture
def suite(pytester):
    """A folder with `calls.py`, which knows where providers are, and how to ask them."""
    pytester.makepyfile(calls=CALLS)
    pytester.syspathinsert()
    return pytester
