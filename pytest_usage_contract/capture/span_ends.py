"""The end of each span of opentelemetry-sdk, whichever provider made it; a span that was not sampled is none of them.

Nothing is imported here, and no provider, processor or exporter is touched: one method of one class is replaced while
a watch runs.
"""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from types import ModuleType
from typing import Any, Final

from pytest_usage_contract.capture.patches import ImportWatch, Method, Patch

SDK: Final = "opentelemetry.sdk.trace"
"""The module whose class `Span` all spans are of that record anything."""

_lock = threading.RLock()
_patches: list[Patch] = []
_watching: "list[SpanWatch]" = []


class SpanWatch:
    """Tells *ended* of each span that has ended, from `start` to `stop`; *trouble* hears of errors in that.

    Of several that run, the one that was started last is told.
    """

    def __init__(self, ended: Callable[[Any], None], trouble: Callable[[Exception], None]) -> None:
        self._ended, self._trouble = ended, trouble

    def start(self) -> None:
        """Begin to tell of spans that end from now on."""
        with _lock:
            _watching.append(self)
            if len(_watching) == 1:
                _imports.start()
                if SDK in sys.modules:
                    _patch(sys.modules[SDK])

    def stop(self) -> None:
        """Tell of nothing any more."""
        with _lock:
            if self in _watching:
                _watching.remove(self)
            if not _watching:
                _imports.stop()
                while _patches:
                    _patches.pop().undo()

    def tell(self, span: object) -> None:
        """Tell of a *span*; what goes wrong then is no concern of the code under test."""
        try:
            self._ended(span)
        except Exception as error:  # noqa: BLE001 - whatever it is
            with suppress(Exception):
                self._trouble(error)


def current_span() -> int:
    """Return the number of the span that is open around the caller; 0 where there is none."""
    tracing = sys.modules.get("opentelemetry.trace")
    return tracing.get_current_span().get_span_context().span_id if tracing else 0


def _wrap(end: Method) -> Method:
    @wraps(end)
    def watched_end(span: Any, *args: Any, **kwargs: Any) -> Any:
        ended = span.end_time is not None
        result = end(span, *args, **kwargs)
        if not ended:
            for watch in _watching[-1:]:
                watch.tell(span)
        return result

    return watched_end


def _patch(module: ModuleType) -> None:
    patch = Patch.put(getattr(module, "Span", None), "end", _wrap)
    if patch is not None:
        _patches.append(patch)


_imports = ImportWatch(frozenset({SDK}), _patch)
