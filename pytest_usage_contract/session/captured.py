"""One exchange that a test has received, as the test and its attempt see it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_usage_contract.core.escape import escape
from pytest_usage_contract.core.exchange import Exchange
from pytest_usage_contract.core.finding import Verdict
from pytest_usage_contract.providers.routes import Route


@dataclass(eq=False, slots=True)
class Captured:
    """One exchange that a test has received; *verdict* is None for an error, and where no contract covers it."""

    exchange: Exchange
    place: Route | None = None
    verdict: Verdict | None = None
    response: Callable[[], object] = field(default=lambda: None, repr=False)
    judged_by_test: bool = False
    reported: bool = False

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.exchange.request.method

    @property
    def host(self) -> str:
        """The host that was called, with a port only where the URL has one."""
        return self.exchange.request.host

    @property
    def path(self) -> str:
        """The path that was called, without the query."""
        return self.exchange.request.path

    @property
    def status(self) -> int:
        """The status of the response."""
        return self.exchange.status

    @property
    def mocked(self) -> bool:
        """Tell whether a mock of this plugin has answered."""
        return self.exchange.mocked

    @property
    def body(self) -> bytes:
        """The body, as long as it is kept."""
        return self.exchange.body

    def drop_body(self) -> int:
        """Let go of the body; return its length."""
        length = len(self.exchange.body)
        self.exchange = self.exchange._replace(body=b"")
        return length

    @property
    def call(self) -> str:
        """`POST openrouter.ai/api/v1/responses (200)`."""
        return f"{escape(self.method)} {escape(self.host)}{escape(self.path, 200)} ({self.status})"

    @property
    def contract(self) -> str | None:
        """The name of the contract that it was judged under."""
        return self.place.contract.name if self.place else None

    @property
    def usage(self) -> object:
        """The usage as a typed object where its schema holds, else as it was on the wire; `ABSENT` without one."""
        if self.verdict is None:
            return None
        return self.verdict.wire if self.verdict.usage is None else self.verdict.usage
