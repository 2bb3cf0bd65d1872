"""What libraries book beside their answers: `usage_metadata`, `RequestUsage`, an extracted usage, spans of their own."""

import json
import operator
from dataclasses import MISSING, fields
from functools import cache, reduce

from calls import MODELS


def book_langchain(url, case):
    model = _langchain_model(url, case.contract)
    answer = reduce(operator.add, model.stream("Hi")) if case.is_stream else model.invoke("Hi")
    return dict(_flatten(answer.usage_metadata or {}))


def _langchain_model(url, contract):
    model = MODELS[contract]
    if contract.startswith("openai/"):
        from langchain_openai import ChatOpenAI

        responses = contract == "openai/responses"
        return ChatOpenAI(
            model=model, api_key="key", base_url=f"{url}/v1", use_responses_api=responses, stream_usage=True
        )
    if contract == "anthropic/messages":
        from langchain_anthropic import ChatAnthropic

        return ChatAnthropic(model=model, api_key="key", base_url=url)
    if contract == "gemini/generate_content":
        from langchain_google_genai import ChatGoogleGenerativeAI

        return ChatGoogleGenerativeAI(model=model, google_api_key="key", base_url=url)
    from langchain_aws import ChatBedrockConverse

    return ChatBedrockConverse(
        model=model,
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="key",
        aws_secret_access_key="key",
    )


def _flatten(counts, above=""):
    for name, value in counts.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{above}{name}.")
        else:
            yield above + name, value


def book_pydantic_ai(url, case):
    from pydantic_ai.direct import model_request_stream_sync, model_request_sync
    from pydantic_ai.messages import ModelRequest

    model, prompt = _pydantic_ai_model(url, case.contract), [ModelRequest.user_text_prompt("Hi")]
    if not case.is_stream:
        return _set_fields(model_request_sync(model, prompt).usage)
    with model_request_stream_sync(model, prompt) as stream:
        for _ in stream:
            pass
        usage = stream.usage
        return _set_fields(usage() if callable(usage) else usage)


def _pydantic_ai_model(url, contract):
    model = MODELS[contract]
    if contract.startswith("openai/"):
        from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
        from pydantic_ai.providers.openai import OpenAIProvider

        kind = OpenAIResponsesModel if contract == "openai/responses" else OpenAIChatModel
        return kind(model, provider=OpenAIProvider(base_url=f"{url}/v1", api_key="key"))
    if contract == "anthropic/messages":
        from anthropic import AsyncAnthropic
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        client = AsyncAnthropic(api_key="key", base_url=url)
        return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=client))
    if contract == "gemini/generate_content":
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        return GoogleModel(model, provider=GoogleProvider(api_key="key", base_url=url))
    from calls import make_bedrock_client
    from pydantic_ai.models.bedrock import BedrockConverseModel
    from pydantic_ai.providers.bedrock import BedrockProvider

    return BedrockConverseModel(model, provider=BedrockProvider(bedrock_client=make_bedrock_client(url)))


def _set_fields(usage):
    """Return the counts that are not the zero of a field's default, which may also be a count that nobody told."""
    counts = ((field.name, getattr(usage, field.name)) for field in fields(usage) if field.default is not MISSING)
    return {name: count for name, count in counts if isinstance(count, int) and count}


def book_prices(url, case):
    """Extract the usage of a body; of a stream there is no one body to give."""
    from genai_prices import extract_usage

    provider, flavor = {
        "openai/chat_completions": ("openai", "chat"),
        "openai/responses": ("openai", "responses"),
        "anthropic/messages": ("anthropic", "default"),
        "gemini/generate_content": ("google", "default"),
        "bedrock/converse": ("aws", "default"),
    }[case.contract]
    usage = extract_usage(json.loads(case.body), provider_id=provider, api_flavor=flavor).usage
    return {name: count for name, count in vars(usage).items() if count is not None}


def book_logfire(url, case):
    _configure_logfire()
    from spans import read_spans

    return read_spans(url, case)


@cache
def _configure_logfire():
    import logfire
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from spans import EXPORTER

    logfire.configure(send_to_logfire=False, console=False, additional_span_processors=[SimpleSpanProcessor(EXPORTER)])
    logfire.instrument_openai()
    logfire.instrument_anthropic()
