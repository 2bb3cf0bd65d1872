"""A contract of one's own."""

from pytest_usage_contract import Contract, Count, Endpoint, Source, Usage


class ChatUsage(Usage):
    tokens_in: Count
    tokens_out: Count


def pytest_usage_contracts():
    return [
        Contract(
            name="own/chat",
            source=Source(document="ChatUsage", package="own-sdk"),
            usage=ChatUsage,
            endpoints=(Endpoint(path="/v1/chat", hosts=("api.own.example",), presence="required"),),
        )
    ]
