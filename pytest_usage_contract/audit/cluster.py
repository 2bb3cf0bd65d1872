"""Judge the parts of an audit on a Dask cluster that is there: the scheduler, the retries and the workers are Dask's.

The law: what was found merges on the workers, by eights, so that the machine which asks takes in one result for
hundreds of parts. A worker that is lost is made good by Dask; a part that costs one worker after the other is named,
as is one that raises, and what was found in the others is kept.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from itertools import islice
from typing import Any, Final

from pytest_usage_contract.audit.jobs import Judged
from pytest_usage_contract.audit.judge_part import judge_part
from pytest_usage_contract.audit.opening import is_url
from pytest_usage_contract.audit.partial import Partial, Place, merge_partials
from pytest_usage_contract.audit.plan import PART_SIZE, Part, Plan

CLUSTER_PART_SIZE: Final = 8 * PART_SIZE
"""Bytes of lines in a part: enough that the scheduler, which takes a moment for every task, is never the bound."""

WAVE: Final = 512
"""Parts whose results come back as one."""

AHEAD: Final = 4096
"""Parts that the scheduler knows at a time."""

MERGED: Final = 8
"""Results that are merged by one task."""

PATIENCE: Final = 30
"""Seconds to wait for the scheduler, and for its first worker."""


def judge_on_cluster(parts: Iterable[Part], plan: Plan, address: str, wave: int = WAVE) -> Iterator[Judged]:
    """Yield what was found in *wave* parts at a time, as they are done.

    Raises `ValueError` where the cluster, or an input, cannot be reached from there.
    """
    packed, waiting = plan.pack(), iter(parts)
    with _connect(address) as (client, done):
        pending: dict[Any, tuple[Sequence[Part], list[Any]]] = {}
        while True:
            while len(pending) * wave < AHEAD and (some := tuple(islice(waiting, wave))):
                leaves = client.map(judge_part, [*map(make_absolute, some)], plan=packed, pure=False)
                root = _merge(client, leaves)
                pending[root.key] = some, leaves
                done.add(root)
            if not pending:
                return
            root = next(done)
            judged, leaves = pending.pop(root.key)
            if root.status == "finished":
                yield judged, root.result()
            else:
                yield from (((part,), _salvage(part, leaf)) for part, leaf in zip(judged, leaves, strict=True))


@contextmanager
def _connect(address: str) -> Iterator[tuple[Any, Any]]:
    """Connect to a scheduler whose workers have this version of us; give the client, and what tells of tasks done."""
    try:
        distributed: Any = import_module("distributed")  # an extra
    except ImportError:
        raise ValueError('--dask needs an extra: pip install "pytest-usage-contract[dask]"') from None
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as refusal:
        raise ValueError(f"no scheduler of Dask at {address!r}: {refusal}") from None
    with client, client.as_current():
        ours = _tell_version()
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
            theirs = client.run(_tell_version)
        except Exception as refusal:  # noqa: BLE001 - whatever a worker raises that cannot import us
            raise ValueError(f"the workers at {address!r} cannot judge: {type(refusal).__name__}: {refusal}") from None
        if odd := sorted({*theirs.values()} - {ours}):
            raise ValueError(f"the workers at {address!r} have version {odd[0]} of the package, and here is {ours}")
        yield client, distributed.as_completed(loop=client.loop)


def _tell_version() -> str:
    return version("pytest-usage-contract")


def _merge(client: Any, futures: list[Any]) -> Any:
    """Return the future of everything that *futures* hold, merged on the workers in a tree."""
    while True:
        groups = [futures[start : start + MERGED] for start in range(0, len(futures), MERGED)]
        futures = [client.submit(merge_partials, group, pure=False) for group in groups]
        if len(futures) == 1:
            return futures[0]


def _salvage(part: Part, leaf: Any) -> Partial:
    """Return what was found in one part, where that of its wave could not be had; or name it."""
    try:
        found: Partial = leaf.result()
    except Exception as fault:  # noqa: BLE001 - Dask raises what a worker has raised, or that too many have died
        found = Partial()
        died = type(fault).__name__ == "KilledWorker"
        why = "the workers that judged it have died" if died else f"cannot be judged ({type(fault).__name__})"
        found.unread.add(Place(part.location, part.start), why)
    return found


def make_absolute(part: Part) -> Part:
    """Return a part that can be read from another folder, and on a machine where the same disk has another number.

    Raises `ValueError` for what cannot be read from elsewhere.
    """
    found = part.found
    if is_url(found.location):
        return part
    if found.is_pipe:
        raise ValueError(f"{found.location!r} cannot be read by another machine; name files that all of them see")
    return replace(
        part, found=replace(found, location=os.path.abspath(found.location), identity=""), name=part.location
    )
