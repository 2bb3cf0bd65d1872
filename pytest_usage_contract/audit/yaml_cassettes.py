"""Cassettes in YAML, interaction by interaction: what is built of one is gone with it, but for what has an anchor.

YAML's aliases are references here, never copies, and merge keys, which do copy, are refused: no file grows when read.
"""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any, Final

from pytest_usage_contract.audit.exchanges import MOST_BYTES, Recorded, Unread
from pytest_usage_contract.audit.json_recordings import CASSETTES, Meter
from pytest_usage_contract.audit.opening import ReadFault, Source, load
from pytest_usage_contract.audit.recorders import INTERACTION, read_interaction
from pytest_usage_contract.core.escape import describe, escape

Construct = Callable[[], object]

NO_CASSETTE: Final = "is no cassette: it has neither interactions nor responses"


SHORTEST: Final = 16
"""Bytes that a value counts for at least where aliases are written out: a short one takes its time, too."""

PLAIN_TAGS: Final = {
    **{f"tag:yaml.org,2002:python/{name}": name for name in ("str", "int", "float", "bool")},
    "tag:yaml.org,2002:python/unicode": "str",
    "tag:yaml.org,2002:python/long": "int",
    "tag:yaml.org,2002:python/none": "null",
    "tag:yaml.org,2002:python/bytes": "binary",
    "tag:yaml.org,2002:python/list": "seq",
    "tag:yaml.org,2002:python/tuple": "seq",
    "tag:yaml.org,2002:python/dict": "map",
    "!binary": "binary",
}
"""The tags of plain values as recorders of Python 2, and Ruby's, wrote them, and what they are in YAML."""


def read_yaml_cassette(source: Source, location: str) -> Iterator[Recorded]:
    """Yield the exchanges of a cassette, and where it breaks off, what comes before."""
    yaml = load("yaml", "is YAML")
    meter, number = Meter(source), 0
    try:
        for number, construct in enumerate(_list_interactions(meter), 1):
            yield _read(construct, location, number)
            meter.reset()
    except ReadFault:
        raise
    except (yaml.YAMLError, ValueError, OSError, RecursionError) as fault:
        why = (
            str(fault) if isinstance(fault, OSError) else f"is no YAML: {getattr(fault, 'problem', '') or 'unreadable'}"
        )
        yield (
            Unread(location, f"{why}; what comes before is read", INTERACTION, number + 1)
            if number
            else Unread(location, why)
        )


def _read(construct: Construct, location: str, number: int) -> Recorded:
    """Return the exchange of an interaction; what cannot be constructed of one is no break in the others."""
    try:
        interaction = construct()
    except Exception as refusal:  # noqa: BLE001 - a date that is none, a tag of some program, a number without end
        why = getattr(refusal, "problem", "") or type(refusal).__name__
        return Unread(location, f"no exchange stands here: {why}", INTERACTION, number)
    return read_interaction(location, number, interaction, write=write_bounded)


def _list_interactions(meter: Meter) -> Iterator[Construct]:
    """Yield what constructs each; raise `OSError` for YAML of something else, and what the parser raises."""
    yaml = load("yaml", "is YAML")
    loader = _loader_of(yaml)(meter)
    try:
        loader.get_event(), loader.get_event()  # a stream begins, and a document
        if not loader.check_event(yaml.MappingStartEvent):
            raise OSError(NO_CASSETTE)
        loader.get_event()
        found = False
        while not loader.check_event(yaml.MappingEndEvent):
            name = loader.compose_node(None, None).value
            if name not in CASSETTES:
                loader.compose_node(None, None)
                continue
            found = True
            if not loader.check_event(yaml.SequenceStartEvent):
                shown = loader.construct_document(loader.compose_node(None, None))
                raise OSError(f"{escape(describe(shown))}, where a list of {name} should be")
            loader.get_event()
            while not loader.check_event(yaml.SequenceEndEvent):
                yield partial(loader.construct_anew, loader.compose_node(None, None))
            loader.get_event()
        if not found:
            raise OSError(NO_CASSETTE)
    finally:
        loader.dispose()


def write_bounded(value: object) -> str:
    """Return a *value* as JSON, in which each alias is written out; raise `ValueError` where that has no end."""
    text, left = bytearray(), MOST_BYTES
    for piece in json.JSONEncoder().iterencode(value):
        text += piece.encode()
        left -= max(len(piece), SHORTEST)
        if left < 0:
            raise ValueError("a body without end")
    return text.decode()


@lru_cache(maxsize=1)
def _loader_of(yaml: Any) -> Any:
    """Return a loader class of which nodes can be asked one by one: the parser of libyaml where that is installed."""
    composer = yaml.composer.Composer
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def __init__(self: Any, stream: Meter) -> None:  # noqa: N807 - it is that of the class below
        base.__init__(self, stream)
        composer.__init__(self)

    def flatten_mapping(_: Any, __: Any) -> None:
        """Leave a merge key as it is, which nothing constructs then."""

    def construct_anew(self: Any, node: Any) -> object:
        """Construct what a *node* says, whatever is left of one that could not be."""
        self.state_generators, self.constructed_objects, self.recursive_objects = [], {}, {}
        self.deep_construct = False
        return self.construct_document(node)

    bases = (base,) if issubclass(base, composer) else (composer, base)
    methods = {"__init__": __init__, "flatten_mapping": flatten_mapping, "construct_anew": construct_anew}
    loader: Any = type("Loader", bases, methods)
    for tag, plain in PLAIN_TAGS.items():
        loader.add_constructor(tag, loader.yaml_constructors[f"tag:yaml.org,2002:{plain}"])
    return loader
