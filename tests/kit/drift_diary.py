"""Hold the built-in contracts against the classes of the installed SDKs.

`python tests/kit/drift_diary.py` prints the diary's entry of today: each difference that no contract declares as a
`Divergence`, each declared one, and each that is declared in vain. Its status is 1 where one that breaks is undeclared.
The SDKs of the dependency group `sdk` of which no class is held are named, too, with their versions.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from pytest_usage_contract import Contract, find_contract
from pytest_usage_contract.core.contract_file import write_contract
from pytest_usage_contract.documents import DocumentError, compare, read_document
from pytest_usage_contract.documents.changes import SEVERITIES
from pytest_usage_contract.documents.sdk_classes import find_package

CLASSES = {
    "anthropic/messages": "anthropic.types:Usage",
    "bedrock/invoke_model": "anthropic.types:Usage",
    "azure/chat_completions": "openai.types:CompletionUsage",
    "azure/responses": "openai.types.responses:ResponseUsage",
    "cerebras/chat_completions": "cerebras.cloud.sdk.types.chat.chat_completion:ChatCompletionResponseUsage",
    "cohere/chat": "cohere.types:Usage",
    "cohere/embed": "cohere.types:ApiMeta",
    "cohere/rerank": "cohere.types:ApiMeta",
    "fireworks/chat_completions": "fireworks.types.shared:UsageInfo",
    "gemini/embed_content": "google.genai.types:UsageMetadata",
    "gemini/generate_content": "google.genai.types:GenerateContentResponseUsageMetadata",
    "groq/chat_completions": "groq.types:CompletionUsage",
    "mistral/audio_transcriptions": "mistralai.client.models:UsageInfo",
    "mistral/chat_completions": "mistralai.client.models:UsageInfo",
    "mistral/embeddings": "mistralai.client.models:UsageInfo",
    "mistral/ocr": "mistralai.client.models:OCRUsageInfo",
    "openai/audio_transcriptions": "openai.types.audio.transcription:Usage",
    "openai/chat_completions": "openai.types:CompletionUsage",
    "openai/completions": "openai.types:CompletionUsage",
    "openai/embeddings": "openai.types.create_embedding_response:Usage",
    "openai/images_edits": "openai.types.images_response:Usage",
    "openai/images_generations": "openai.types.images_response:Usage",
    "openai/responses": "openai.types.responses:ResponseUsage",
    "openrouter/chat_completions": "openrouter.components:ChatUsage",
    "openrouter/embeddings": "openrouter.operations:CreateEmbeddingsUsage",
    "openrouter/images": "openrouter.components:ImageGenerationUsage",
    "openrouter/rerank": "openrouter.operations:CreateRerankUsage",
    "openrouter/responses": "openrouter.components:Usage",
    "orq/deployments_invoke": "orq_ai_sdk.models:DeploymentInvokeUsage",
    "orq/images_edits": "orq_ai_sdk.models:CreateImageEditUsage",
    "orq/images_generations": "orq_ai_sdk.models:CreateImageUsage",
    "orq/router_chat_completions": "orq_ai_sdk.models:CreateChatCompletionUsage",
    "orq/router_embeddings": "orq_ai_sdk.models:PublicEmbeddingUsage",
    "orq/router_images_edits": "orq_ai_sdk.models:CreateImageEditUsage",
    "orq/router_images_generations": "orq_ai_sdk.models:CreateImageUsage",
    "orq/router_rerank": "orq_ai_sdk.models:CreateRerankUsage",
    "orq/router_responses": "orq_ai_sdk.models:PublicUsage",
    "perplexity/chat_completions": "perplexity.types.shared:UsageInfo",
    "together/chat_completions": "together.types.chat:ChatCompletionUsage",
}

FURTHER = (
    ("anthropic/messages", "anthropic.types:MessageDeltaUsage"),
    ("anthropic/messages", "anthropic.types.beta:BetaMessageDeltaUsage"),
    ("anthropic/messages", "anthropic.types.beta:BetaUsage"),
    ("cerebras/chat_completions", "cerebras.cloud.sdk.types.chat.chat_completion:ChatChunkResponseUsage"),
    ("openai/audio_transcriptions", "openai.types.audio.transcription_text_done_event:Usage"),
    ("openai/audio_transcriptions", "openai.types.audio.transcription_verbose:Usage"),
    ("openai/images_edits", "openai.types.image_edit_completed_event:Usage"),
    ("openai/images_generations", "openai.types.image_gen_completed_event:Usage"),
    ("openai/responses", "openai.types.beta:BetaResponseUsage"),
    ("orq/router_chat_completions", "orq_ai_sdk.models:CreateChatCompletionRouterChatCompletionsUsage"),
)
"""Classes of the usage in a stream, a beta or another format: they have less, but nothing that the contract has not."""

CLASSLESS = {
    "atoma/chat_completions": "atoma-sdk pins pydantic below 2.11, so it has an environment of its own",
    "atoma/completions": "atoma-sdk pins pydantic below 2.11, so it has an environment of its own",
    "atoma/embeddings": "atoma-sdk pins pydantic below 2.11, so it has an environment of its own",
    "bedrock/converse": "botocore has shapes in JSON, and no class",
    "dashscope/chat_completions": "read from a page",
    "dashscope/generation": "read from the Java SDK; the Python one has two of the counts",
    "deepseek/chat_completions": "read from a page",
    "ollama/chat": "its counts stand in the class of the whole response, among what is no usage",
    "openai_compatible/chat_completions": "read from the source of litellm, a gateway",
    "openrouter/alpha_responses": "no SDK calls its address any more",
    "openrouter/messages": "no Python SDK has the call",
    "vllm/chat_completions": "read from the source of the server",
    "voyage/embeddings": "voyageai has no class of a usage",
    "voyage/multimodal_embeddings": "voyageai has no class of a usage",
    "voyage/rerank": "voyageai has no class of a usage",
    "xai/chat_completions": "read from a page",
    "xai/responses": "read from an OpenAPI document",
}
"""The contracts that no class of these SDKs is about, and why."""

MORE = {"class-unreadable", "field-added", "type-changed", "type-widened"}
"""The rules by which a class has what the contract has not."""

STATES = ("undeclared", "declared", "stale")


class Difference(NamedTuple):
    """A change from a contract to the class of an SDK, or a declared one that is *stale*: the two agree there."""

    state: str
    severity: str
    rule: str
    contract: str
    path: str
    message: str


class Held(NamedTuple):
    """What came of one contract, held against a class of a *package* in a *version*."""

    package: str
    version: str
    differences: tuple[Difference, ...]


def hold(contract: Contract, document: str) -> Held:
    """Compare *contract* with the class that `module:Class` names; how they are called and described is no matter."""
    try:
        read = read_document(document).data
    except DocumentError as fault:
        package, number = find_package(document.partition(":")[0])
        gone = Difference("undeclared", "breaking", "class-unreadable", contract.name, "usage", str(fault))
        return Held(package, number, (gone,))
    changes = [change for change in compare(write_contract(contract), read) if change.severity != "note"]
    declared = [divergence.path for divergence in contract.divergences]
    found = [
        Difference(
            "declared" if change.path in declared else "undeclared",
            change.severity,
            change.rule,
            contract.name,
            change.path,
            change.message,
        )
        for change in changes
    ]
    stale = [path for path in declared if path not in {change.path for change in changes}]
    found += [Difference("stale", "note", "no-difference", contract.name, path, "no difference now") for path in stale]
    source = read["x-usage-contract"]["source"]
    return Held(source["package"], source["version"], tuple(sorted(found, key=_rank)))


def _rank(row: Difference) -> tuple[int, int, str, str, str]:
    return STATES.index(row.state), SEVERITIES.index(row.severity), row.rule, row.contract, row.path


def hold_all() -> list[Held]:
    """Hold each contract against its class, and against its further ones."""
    held = [hold(find_contract(name), document) for name, document in CLASSES.items()]
    for name, document in FURTHER:
        one = hold(find_contract(name), document)
        held.append(one._replace(differences=tuple(row for row in one.differences if row.rule in MORE)))
    return held


def read_sdks() -> list[str]:
    """Return the names of the SDKs in the dependency group `sdk`."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    return [re.match(r"[\w.-]+", item)[0] for item in project["dependency-groups"]["sdk"] if isinstance(item, str)]


def write_entry(day: date, held: Iterable[Held], sdks: Iterable[str] = ()) -> str:
    """Return the diary's entry in Markdown: of each package what is undeclared first, then by rule.

    Those of the installed *sdks* that no class was held of are named without.
    """
    packages = defaultdict[tuple[str, str], list[Held]](list)
    for one in held:
        packages[one.package, one.version].append(one)
    known = {package for package, _ in packages}
    packages |= {(name, version(name)): [] for name in sdks if name not in known}
    parts = [f"## {day}"]
    for (package, number), ones in sorted(packages.items()):
        rows = sorted((row for one in ones for row in one.differences), key=_rank)
        told = f"Classes: {len(ones)}; differences: {_count(rows)}." if ones else "No class to hold a contract against."
        parts += [f"### {package} {number}", told]
        if rows:
            parts.append("\n".join(["```text", *_align(rows), "```"]))
    return "\n\n".join(parts)


def _count(rows: list[Difference]) -> str:
    numbers = {state: sum(row.state == state for row in rows) for state in STATES}
    return ", ".join(f"{number} {state}" for state, number in numbers.items() if number) or "none"


def _align(rows: list[Difference]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def main() -> bool:
    """Print the entry of today; tell whether a contract has a difference that breaks and is not declared."""
    held = hold_all()
    print(write_entry(datetime.now(UTC).date(), held, read_sdks()))  # noqa: T201 - the entry is what it is run for
    return any((row.state, row.severity) == ("undeclared", "breaking") for one in held for row in one.differences)


if __name__ == "__main__":  # pragma: no cover - `tox -e drift` does it
    raise SystemExit(main())
