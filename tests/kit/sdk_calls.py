"""The calls of the providers' own SDKs, as one table: what is asked of which client, and what its object then shows.

The first law of `tests/sdk/test_calls.py` holds the table against the SDKs, the second lets the plugin judge each call.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import partial
from inspect import isawaitable
from operator import attrgetter
from typing import Any, NamedTuple

import cohere
import fireworks
import groq
import ollama
import openai
import perplexity
import together
import voyageai
from cerebras.cloud import sdk as cerebras
from mistralai.client import Mistral
from openrouter import OpenRouter
from orq_ai_sdk import Orq

KINDS = ("sync", "async")


class Sdk(NamedTuple):
    """The clients of the SDK in a *package*; the methods of the async one end with *suffix*.

    Those *beyond* respx are answered by a server on loopback, below its path *base*.
    """

    package: str
    sync: Callable[..., Any]
    async_: Callable[..., Any]
    suffix: str = ""
    beyond: tuple[str, ...] = ()
    base: str = ""


# Over httpx_aiohttp where that is installed, as it is here for Fireworks: a transport that respx does not replace.
COHERE = Sdk("cohere", cohere.ClientV2, cohere.AsyncClientV2, beyond=("async",))
# The pool of connections that the client keeps warm asks for an address of its own.
CEREBRAS = Sdk(
    "cerebras_cloud_sdk",
    *(partial(make, warm_tcp_connection=False) for make in (cerebras.Cerebras, cerebras.AsyncCerebras)),
)
# Over httpx_aiohttp, which it brings.
FIREWORKS = Sdk("fireworks-ai", fireworks.Fireworks, fireworks.AsyncFireworks, beyond=("async",), base="/inference")
GROQ = Sdk("groq", groq.Groq, groq.AsyncGroq)
MISTRAL = Sdk("mistralai", Mistral, Mistral, "_async")
OLLAMA = Sdk("ollama", *(lambda api_key, make=make: make() for make in (ollama.Client, ollama.AsyncClient)))
OPENROUTER = Sdk("openrouter", OpenRouter, OpenRouter, "_async")
ORQ = Sdk("orq-ai-sdk", Orq, Orq, "_async")
PERPLEXITY = Sdk("perplexityai", perplexity.Perplexity, perplexity.AsyncPerplexity)
TOGETHER = Sdk("together", together.Together, together.AsyncTogether)
# It sends over requests and aiohttp, and its clients are no contexts.
VOYAGE = Sdk(
    "voyageai",
    *(lambda make=make, **settings: nullcontext(make(**settings)) for make in (voyageai.Client, voyageai.AsyncClient)),
    beyond=KINDS,
    base="/v1",
)
DEEPSEEK, XAI = (
    Sdk("openai", *(partial(make, base_url=base) for make in (openai.OpenAI, openai.AsyncOpenAI)))
    for base in ("https://api.deepseek.com", "https://api.x.ai/v1")
)

ASK = {"model": "m", "messages": [{"role": "user", "content": "Ahoy?"}]}
STREAM = {**ASK, "stream": True}
USAGE_TOO = {**STREAM, "stream_options": {"include_usage": True}}
INPUT = {"model": "m", "input": "Ahoy?"}
TOLD = {**INPUT, "stream": True}
RANK = {"model": "m", "query": "Ahoy?", "documents": ["Ahoy!"]}
DRAW = {"model": "m", "prompt": "a boat"}
PNG = {"file_name": "a.png", "content": b"png", "content_type": "image/png"}
EMBED = {"model": "m", "input_type": "search_query", "texts": ["Ahoy?"], "embedding_types": ["float"]}
PDF = {"type": "document_url", "document_url": "https://acme.test/a.pdf"}

NUMBER = {"total_tokens-string": 10}
TOTAL = {**NUMBER, "total_tokens-missing": None}
NULL = {**NUMBER, "total_tokens-null": None}
STRICT = {**NUMBER, "total_tokens-missing": "ResponseValidationError"}
AS_IT_IS = {"total_tokens-string": "10", "total_tokens-missing": None}
READ = {"total_tokens-string": "10", "total_tokens-missing": "AttributeError"}
SUMMED = {**READ, "total_tokens-string": "TypeError"}
CACHED = {"cached_tokens-string": 10}


class Call(NamedTuple):
    """A call, the *place* of the usage in its (last) answer, and the counterexamples that the SDK swallows.

    Of each of those stands here what the SDK shows in place of the count, or the exception by which it refuses it.
    """

    contract: str
    sdk: Sdk
    method: str
    arguments: Mapping[str, Any]
    place: str = "usage"
    broken: Mapping[str, object] = TOTAL
    streams: bool = False

    def __str__(self) -> str:
        return f"{self.contract}{'-stream' if self.streams else ''}"


CHAT = "chat.completions.create"

CALLS = (
    Call("cerebras/chat_completions", CEREBRAS, CHAT, ASK, broken=NUMBER),
    Call("cerebras/chat_completions", CEREBRAS, CHAT, USAGE_TOO, broken=NUMBER, streams=True),
    Call("cohere/chat", COHERE, "chat", ASK, broken=CACHED),
    Call("cohere/chat", COHERE, "chat_stream", ASK, "delta.usage", CACHED, streams=True),
    Call("cohere/embed", COHERE, "embed", EMBED, "meta", CACHED),
    Call("cohere/rerank", COHERE, "rerank", RANK, "meta", {**CACHED, "api_version.version-missing": None}),
    Call("deepseek/chat_completions", DEEPSEEK, CHAT, ASK),
    Call("deepseek/chat_completions", DEEPSEEK, CHAT, USAGE_TOO, streams=True),
    Call("fireworks/chat_completions", FIREWORKS, CHAT, ASK),
    Call("fireworks/chat_completions", FIREWORKS, CHAT, STREAM, streams=True),
    Call("groq/chat_completions", GROQ, CHAT, ASK),
    Call("groq/chat_completions", GROQ, CHAT, STREAM, "x_groq.usage", streams=True),
    Call("mistral/chat_completions", MISTRAL, "chat.complete", ASK, broken=NULL),
    Call("mistral/chat_completions", MISTRAL, "chat.stream", ASK, "data.usage", NULL, streams=True),
    Call("mistral/embeddings", MISTRAL, "embeddings.create", {"model": "m", "inputs": "Ahoy?"}, broken=NULL),
    Call(
        "mistral/ocr",
        MISTRAL,
        "ocr.process",
        {"model": "m", "document": PDF},
        "usage_info",
        {"pages_processed-string": 10, "pages_processed-missing": "ResponseValidationError"},
    ),
    Call("ollama/chat", OLLAMA, "chat", ASK, "", {"eval_count-string": 10}),
    Call("ollama/chat", OLLAMA, "chat", STREAM, "", {"eval_count-string": 10}, streams=True),
    Call("openrouter/images", OPENROUTER, "images.generate", DRAW, broken=STRICT),
    Call(
        "openrouter/images",
        OPENROUTER,
        "images.generate",
        {**DRAW, "stream": True},
        broken={**NUMBER, "total_tokens-missing": "AttributeError"},  # of an event that it does not know
        streams=True,
    ),
    Call("openrouter/rerank", OPENROUTER, "rerank.rerank", RANK, broken={"search_units-string": 10}),
    Call("orq/router_chat_completions", ORQ, "router.chat.completions.create", ASK, broken=NUMBER),
    Call(
        "orq/router_chat_completions",
        ORQ,
        "router.chat.completions.create",
        USAGE_TOO,
        "data.usage",
        NUMBER,
        streams=True,
    ),
    Call("orq/router_embeddings", ORQ, "router.embeddings.create", INPUT, broken=STRICT),
    Call("orq/router_images_edits", ORQ, "router.images.edits.create", {**DRAW, "image": PNG}, broken=STRICT),
    Call("orq/router_images_generations", ORQ, "router.images.generations.create", DRAW, broken=NUMBER),
    Call("orq/router_rerank", ORQ, "router.rerank.create", RANK, broken=STRICT),
    Call("orq/router_responses", ORQ, "responses.create", INPUT, broken=STRICT),
    Call("orq/router_responses", ORQ, "responses.create", TOLD, "data.response.usage", STRICT, streams=True),
    Call("perplexity/chat_completions", PERPLEXITY, CHAT, ASK),
    Call("perplexity/chat_completions", PERPLEXITY, CHAT, STREAM, streams=True),
    Call("together/chat_completions", TOGETHER, CHAT, ASK),
    Call("together/chat_completions", TOGETHER, CHAT, STREAM, streams=True),
    Call("voyage/embeddings", VOYAGE, "embed", {"model": "m", "texts": ["Ahoy?"]}, "", SUMMED),
    Call("voyage/multimodal_embeddings", VOYAGE, "multimodal_embed", {"model": "m", "inputs": [["Ahoy?"]]}, "", SUMMED),
    Call("voyage/rerank", VOYAGE, "rerank", RANK, "", READ),
    Call("xai/chat_completions", XAI, CHAT, ASK),
    Call("xai/chat_completions", XAI, CHAT, USAGE_TOO, streams=True),
    Call("xai/responses", XAI, "responses.create", INPUT, broken=AS_IT_IS),
    Call("xai/responses", XAI, "responses.create", TOLD, "response.usage", AS_IT_IS, streams=True),
)


def perform(call: Call, kind: str, url: str = "") -> Any:
    """Perform *call*, at *url* if it is given, and return the object of its usage."""
    settings = {"base_url": url + call.sdk.base} if url else {}
    answer = _ask(call, settings) if kind == "sync" else asyncio.run(_ask_async(call, settings))
    return attrgetter(call.place)(answer) if call.place else answer


def _ask(call: Call, settings: Mapping[str, str]) -> Any:
    with call.sdk.sync(api_key="key", **settings) as client:
        answer = attrgetter(call.method)(client)(**call.arguments)
        return [*answer][-1] if call.streams else answer


async def _ask_async(call: Call, settings: Mapping[str, str]) -> Any:
    async with call.sdk.async_(api_key="key", **settings) as client:
        answer = attrgetter(call.method + call.sdk.suffix)(client)(**call.arguments)
        answer = await answer if isawaitable(answer) else answer
        return [event async for event in answer][-1] if call.streams else answer


def read_as(usage: Any, shape: object) -> object:
    """Return what *usage*, an object of an SDK, shows of the names in *shape*."""
    if not isinstance(shape, dict):
        return usage
    get = usage.get if isinstance(usage, dict) else partial(getattr, usage)
    return {name: read_as(get(name, None), inner) for name, inner in shape.items()}
