"""The object that a test compares with: `==` asks syrupy, and a failing assert is explained in full.

pytest cuts what a plugin says about a failed comparison to eight lines, so what it says there is only noted, and
raised in the place of pytest's own error when the test is over. `==` itself answers True or False and nothing else,
so that `!=`, `not` and `any()` mean what they mean everywhere.
"""

import os
from collections.abc import Generator
from typing import Any, Final, cast

import pytest
from syrupy.assertion import SnapshotAssertion

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.snapshots import SnapshotFileError, UsageSnapshotError
from pytest_usage_contract.snapshots.extension import Comparison, EarlierText, UsageSnapshotExtension

WITHOUT_SYRUPY: Final = (
    "usage_snapshot needs the fixture `snapshot` of syrupy's plugin: drop `-p no:syrupy`; where plugins are not "
    "loaded by themselves add `-p syrupy`; and let no other plugin or conftest.py define another `snapshot`"
)

_EXPLANATION: Final = pytest.StashKey[str]()


class UsageSnapshot:
    """The snapshots of one test; compare with `==`, or with `assert_match`."""

    __hash__ = None  # type: ignore[assignment]  # what is equal to a response has no hash of its own

    def __init__(
        self,
        assertion: SnapshotAssertion,
        node: pytest.Item,
        *,
        contract: str | Contract | None = None,
        values: bool = False,
        name: str | None = None,
    ) -> None:
        """Take syrupy's *assertion*, which counts the snapshots of the test *node*."""
        self._assertion = assertion
        self._node = node
        self._contract = contract
        self._values = values
        self._name = name
        self._comparison: Comparison | None = None
        self._message = ""

    def __call__(
        self, *, contract: str | Contract | None = None, values: bool | None = None, name: str | None = None
    ) -> "UsageSnapshot":
        """Return the same with other options; what is not given stays as it was.

        *contract* says what the usage is read under, where neither URL nor names can tell. *values* compares the
        values instead of the shape. *name* stands in the place of the number in the name of the file.
        """
        return UsageSnapshot(
            self._assertion,
            self._node,
            contract=self._contract if contract is None else contract,
            values=self._values if values is None else values,
            name=self._name if name is None else name,
        )

    def __repr__(self) -> str:
        return "usage_snapshot"

    def __eq__(self, response: object) -> bool:
        """Tell whether *response*, or each of a list of responses, is as stored.

        Raise `UsageSnapshotError` for a response without usage, `SnapshotFileError` for a file that cannot be
        compared, and what `check_usage` raises for what it cannot read.
        """
        __tracebackhide__ = True
        update = self._assertion.update_snapshots
        comparison = Comparison(response, self._contract, "values" if self._values else "shape", update)
        equal = bool(self._assertion(name=self._name) == comparison)
        result = self._assertion.executions[self._assertion.num_executions - 1]
        if isinstance(result.exception, UsageSnapshotError | LookupError | TypeError):
            raise result.exception.with_traceback(None)  # it is about the response, not about how it was read
        if result.exception is not None:
            raise result.exception
        self._comparison = comparison
        where = self._locate(result.snapshot_location)
        recalled = result.recalled_data
        if isinstance(recalled, EarlierText) and not update:
            hooks = cast("FailureHooks", self._node.config.pluginmanager.get_plugin(__name__))
            hooks.earlier[where] = self._locate(recalled.path)
            where = hooks.earlier[where]
        if not equal:
            if comparison.refusal is not None:
                hint = "restore the file, or write it anew with --snapshot-update"
                raise SnapshotFileError(f"{where} {comparison.refusal}; {hint}")
            self._message = _format_failure(comparison, where, exists=result.recalled_data is not None)
        return equal

    def _locate(self, path: str) -> str:
        return os.path.relpath(path, self._node.config.rootpath)

    def assert_match(self, response: object) -> None:
        """Compare as `==` does, and raise `UsageSnapshotError` where it says False.

        For a class whose own `__eq__` answers for itself, and for helpers whose asserts pytest does not rewrite.
        """
        __tracebackhide__ = True
        if not self == response:
            raise UsageSnapshotError(self._message)

    def explain(self, response: object) -> list[str]:
        """Return what pytest shows where `response == self` has failed; note it, to be raised in full."""
        if self._comparison is None or self._comparison.response is not response:
            name = type(response).__qualname__
            self._message = (
                f"{name} answers `==` for itself, so that no snapshot was compared\n"
                "write: usage_snapshot == response, or usage_snapshot.assert_match(response)"
            )
        self._node.stash[_EXPLANATION] = self._message
        return self._message.splitlines()


def _format_failure(comparison: Comparison, where: str, *, exists: bool) -> str:
    assert comparison.usages is not None  # noqa: S101 - it was compared
    contract = comparison.usages.contract
    if not exists:
        return f"{contract} has no snapshot here yet\npytest --snapshot-update writes {where}"
    number = len(comparison.differences)
    lines = [f"{contract} differs from its snapshot in {number} field{'' if number == 1 else 's'}"]
    width = max(len(path) for path, _ in comparison.differences)
    lines += [f"  {path:<{width}}  {what}" for path, what in comparison.differences]
    lines += [comparison.usages.note] if comparison.usages.note else []
    lines.append(f"documented in {contract.source}")
    lines.append(f"stored in {where}; pytest --snapshot-update accepts what is there now")
    return "\n".join(lines)


class FailureHooks:
    """The hooks that explain a failed comparison in full; registered when a test first asks for `usage_snapshot`.

    *earlier* are the files that were read, by those that snapshots have now in their place.
    """

    def __init__(self) -> None:
        self.earlier: dict[str, str] = {}

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for now, earlier in self.earlier.items():
            terminalreporter.write_line(
                f"usage_snapshot: {earlier} is the earlier name of {now}, which pytest --snapshot-update writes"
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        if op == "==" and isinstance(right, UsageSnapshot):
            return right.explain(left)
        return left.explain(right) if op == "==" and isinstance(left, UsageSnapshot) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        try:
            return (yield)
        except AssertionError as failure:
            explanation = item.stash.get(_EXPLANATION, "")
            own_message, is_ours, _ = str(failure).partition(f"assert {explanation.partition(chr(10))[0]}")
            if not (explanation and is_ours):
                raise
            # The reader sees the test's own frames, as for any other assert.
            raise UsageSnapshotError(f"{explanation}\n{own_message}".rstrip()).with_traceback(
                failure.__traceback__
            ) from None


def make_snapshot(request: pytest.FixtureRequest) -> UsageSnapshot:
    """Return the snapshots of the test that *request* is of; fail it with advice where syrupy's plugin is missing."""
    try:
        assertion = request.getfixturevalue("snapshot")
    except pytest.FixtureLookupError:
        assertion = None
    if not isinstance(assertion, SnapshotAssertion):
        pytest.fail(WITHOUT_SYRUPY, pytrace=False)
    plugins = request.config.pluginmanager
    if not plugins.has_plugin(__name__):
        plugins.register(FailureHooks(), __name__)
    return UsageSnapshot(assertion.use_extension(UsageSnapshotExtension), request.node)
