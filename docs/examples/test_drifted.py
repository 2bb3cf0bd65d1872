"""The answer carries what the documentation does not name: that warns, and fails nothing."""

from assistant import ask


def test_it_asks_openrouter_after_a_new_field_came(respx_mock, body):
    body["usage"]["input_tokens_details"]["video_tokens"] = 12
    respx_mock.post("https://openrouter.ai/api/v1/responses").respond(json=body)

    assert ask("What do sailors say?") == "Ahoy!"
