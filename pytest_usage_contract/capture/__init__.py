"""Capture of HTTP exchanges, on the public methods of the clients, above every mock and every transport.

What this costs the code under test is nothing: bodies stay lazy and readable, exceptions stay themselves, and after
`stop` no class, response or import hook carries anything of ours.

Not seen, since no client that is watched here reads it: a transport or an `r.raw` of requests that is read directly,
what botocore's own `Stubber` or moto answers, gRPC, websockets, other processes.
"""

from pytest_usage_contract.capture.calls import NOBODY, Sink, Target
from pytest_usage_contract.capture.captures import Capture

__all__ = ["NOBODY", "Capture", "Sink", "Target"]
