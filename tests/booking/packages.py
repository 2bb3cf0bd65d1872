"""The packages that are looked at: what each is given, how it is made to book it, and in whose words it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from libraries import book_langchain, book_logfire, book_prices, book_pydantic_ai
from spans import book_spans

CHAT, RESPONSES = "openai/chat_completions", "openai/responses"
MESSAGES, GEMINI, CONVERSE = "anthropic/messages", "gemini/generate_content", "bedrock/converse"

TRACELOOP = {
    "gen_ai.usage.input_tokens": "input",
    "gen_ai.usage.cache_read.input_tokens": "cache_read",
    "gen_ai.usage.cache_creation.input_tokens": "cache_creation",
    "gen_ai.usage.output_tokens": "output",
    "gen_ai.usage.reasoning_tokens": "reasoning",
}
OTEL = {
    "gen_ai.usage.input_tokens": "input",
    "gen_ai.usage.cache_read.input_tokens": "cache_read",
    "gen_ai.usage.cache_creation.input_tokens": "cache_creation",
    "gen_ai.usage.cache_write.input_tokens": "cache_creation",  # as opentelemetry-util-genai 1.3b0 names it
    "gen_ai.usage.output_tokens": "output",
    "gen_ai.usage.reasoning.output_tokens": "reasoning",
}
OPENINFERENCE = {
    "llm.token_count.prompt": "input",
    "llm.token_count.prompt_details.cache_read": "cache_read",
    "llm.token_count.prompt_details.cache_write": "cache_creation",
    "llm.token_count.completion": "output",
    "llm.token_count.completion_details.reasoning": "reasoning",
}
LANGCHAIN = {
    "input_tokens": "input",
    "input_token_details.cache_read": "cache_read",
    "input_token_details.cache_creation": "cache_creation",
    "output_tokens": "output",
    "output_token_details.reasoning": "reasoning",
}
PRICES = {
    "input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_tokens": "cache_creation",
    "output_tokens": "output",
    "output_reasoning_tokens": "reasoning",
}


@dataclass(frozen=True)
class Package:
    """A package *name* that books the answers of *contracts* by *book*, under the names in *words*.

    *streams* tells whether it can be given a stream, *beside* names further packages whose version matters.
    """

    name: str
    contracts: tuple[str, ...]
    words: Mapping[str, str]
    book: Callable[..., Mapping[str, object]]
    streams: bool = True
    beside: tuple[str, ...] = ()


def instrument(name, instrumentor, contracts, words, beside=()):
    return Package(name, contracts, words, partial(book_spans, instrumentor), beside=beside)


PACKAGES = {
    package.name: package
    for package in (
        instrument(
            "opentelemetry-instrumentation-openai-v2",
            "opentelemetry.instrumentation.openai_v2:OpenAIInstrumentor",
            (CHAT,),
            OTEL,
            ("opentelemetry-util-genai",),
        ),
        instrument(
            "opentelemetry-instrumentation-genai-openai",
            "opentelemetry.instrumentation.genai.openai:OpenAIInstrumentor",
            (CHAT, RESPONSES),
            OTEL,
        ),
        instrument(
            "opentelemetry-instrumentation-genai-anthropic",
            "opentelemetry.instrumentation.genai.anthropic:AnthropicInstrumentor",
            (MESSAGES,),
            OTEL,
        ),
        instrument(
            "opentelemetry-instrumentation-google-genai",
            "opentelemetry.instrumentation.google_genai:GoogleGenAiSdkInstrumentor",
            (GEMINI,),
            OTEL,
        ),
        instrument(
            "opentelemetry-instrumentation-genai-bedrock",
            "opentelemetry.instrumentation.genai.bedrock:BedrockInstrumentor",
            (CONVERSE,),
            OTEL,
        ),
        instrument(
            "opentelemetry-instrumentation-botocore",
            "opentelemetry.instrumentation.botocore:BotocoreInstrumentor",
            (CONVERSE,),
            OTEL,
        ),
        instrument(
            "opentelemetry-instrumentation-openai",
            "opentelemetry.instrumentation.openai:OpenAIInstrumentor",
            (CHAT, RESPONSES),
            TRACELOOP,
        ),
        instrument(
            "opentelemetry-instrumentation-anthropic",
            "opentelemetry.instrumentation.anthropic:AnthropicInstrumentor",
            (MESSAGES,),
            TRACELOOP,
        ),
        instrument(
            "opentelemetry-instrumentation-google-generativeai",
            "opentelemetry.instrumentation.google_generativeai:GoogleGenerativeAiInstrumentor",
            (GEMINI,),
            TRACELOOP,
        ),
        instrument(
            "opentelemetry-instrumentation-bedrock",
            "opentelemetry.instrumentation.bedrock:BedrockInstrumentor",
            (CONVERSE,),
            TRACELOOP,
        ),
        instrument(
            "openinference-instrumentation-openai",
            "openinference.instrumentation.openai:OpenAIInstrumentor",
            (CHAT, RESPONSES),
            OPENINFERENCE,
        ),
        instrument(
            "openinference-instrumentation-anthropic",
            "openinference.instrumentation.anthropic:AnthropicInstrumentor",
            (MESSAGES,),
            OPENINFERENCE,
        ),
        instrument(
            "openinference-instrumentation-google-genai",
            "openinference.instrumentation.google_genai:GoogleGenAIInstrumentor",
            (GEMINI,),
            OPENINFERENCE,
        ),
        instrument(
            "openinference-instrumentation-bedrock",
            "openinference.instrumentation.bedrock:BedrockInstrumentor",
            (CONVERSE,),
            OPENINFERENCE,
        ),
        Package("logfire", (CHAT, RESPONSES, MESSAGES), OTEL, book_logfire),
        Package("pydantic-ai-slim", (CHAT, RESPONSES, MESSAGES, GEMINI, CONVERSE), PRICES, book_pydantic_ai),
        Package("langchain-openai", (CHAT, RESPONSES), LANGCHAIN, book_langchain),
        Package("langchain-anthropic", (MESSAGES,), LANGCHAIN, book_langchain),
        Package("langchain-google-genai", (GEMINI,), LANGCHAIN, book_langchain),
        Package("langchain-aws", (CONVERSE,), LANGCHAIN, book_langchain),
        Package("genai-prices", (CHAT, RESPONSES, MESSAGES, GEMINI, CONVERSE), PRICES, book_prices, streams=False),
    )
}
