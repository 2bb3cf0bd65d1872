"""What a run says of the spans that it looks at: before it whether it can, behind it how many told of a response."""

from collections import Counter
from collections.abc import Generator
from importlib.util import find_spec
from typing import Any, Final, TypeVar

import pytest

from pytest_usage_contract.session import SESSION

T = TypeVar("T")

TOLD: Final = "usage_contract_spans"
"""The name under which a worker of pytest-xdist tells how many there were."""


class SpanSummary:
    """The lines of a run that holds spans against responses: one without any must not look like one without faults."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self._counts: dict[str, Counter[str]] = {}
        """Spans that book and those that were held, by the process that saw them."""

    @pytest.hookimpl(tryfirst=True)  # and so it is printed below the gate's own line
    def pytest_report_header(self) -> str:
        if _is_installed():
            return "usage-contract: spans are held against the responses"
        return "usage-contract: spans are not held against the responses: opentelemetry-sdk is not installed"

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._counts[node.gateway.id] = Counter(getattr(node, "workeroutput", {}).get(TOLD, {}))

    # Behind the gate, which holds what belongs to no test, and before pytest-xdist, which sends a worker's output.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None, T, T]:
        result = yield
        run = self.config.stash.get(SESSION, None)
        self._counts[""] = run.spans.counts if run and run.spans else Counter()
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[TOLD] = dict(self._counts[""])
        return result

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        counts = sum(self._counts.values(), Counter[str]())
        words = [f"{counts['held']} held against responses"] if counts["seen"] else ["none that books a usage was seen"]
        if others := counts["seen"] - counts["held"]:
            words.append(f"{others} of no response that was seen")
        terminalreporter.write_line(f"spans: {', '.join(words)}")


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.sdk.trace") is not None
    except ModuleNotFoundError:  # nor anything else of OpenTelemetry
        return False
