"""xAI's own client speaks gRPC, which no client for HTTP sends: what a user of it is told, by mocks and by a run.

Its REST address, at which the client of OpenAI asks, is in the table of `test_calls.py`.
"""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from xai_sdk import AsyncClient, Client
from xai_sdk.chat import user
from xai_sdk.proto import chat_pb2, chat_pb2_grpc

from pytest_usage_contract.mocks import UsageMockError, UsageMocks

MODULE = """
import pytest
from xai_sdk import Client
from xai_sdk.chat import user


def test_it():
    with Client("key", api_host={host!r}, use_insecure_channel=True) as client:
        assert client.chat.create("grok-4", messages=[user("Ahoy?")]).sample().usage.total_tokens == -7
"""


class Chat(chat_pb2_grpc.ChatServicer):
    """Answers with a total that is broken."""

    def GetCompletion(self, request, context):  # noqa: N802 - gRPC's name
        answer = chat_pb2.GetChatCompletionResponse(usage={"total_tokens": -7})
        answer.outputs.add().message.content = "Ahoy!"
        return answer


@pytest.fixture
def host():
    server = grpc.server(ThreadPoolExecutor(1))
    chat_pb2_grpc.add_ChatServicer_to_server(Chat(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


def test_nothing_of_it_is_captured(watched, host):
    result = watched(MODULE.format(host=host), mapped=("xai",))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["no response was seen that a contract covers"])


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_a_mock_says_that_it_cannot_answer_it(make):
    with UsageMocks() as mocks:
        mocks("xai")
        with pytest.raises(UsageMockError, match=r"^no mock answers a call to api.x.ai through gRPC; "):
            make("key")
    with pytest.raises(UsageMockError):
        mocks.verify()


def test_what_goes_elsewhere_goes_there(host):
    with UsageMocks() as mocks, Client("key", api_host=host, use_insecure_channel=True) as client:
        mocks("xai")
        assert client.chat.create("grok-4", messages=[user("Ahoy?")]).sample().usage.total_tokens == -7
