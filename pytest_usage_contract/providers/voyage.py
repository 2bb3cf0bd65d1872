"""Voyage AI: what `voyageai` reads of the usage of embeddings and ranks."""

from datetime import date
from typing import Final

from pytest_usage_contract.core.contract import Contract, Dialect, Endpoint, Source
from pytest_usage_contract.core.usage import Usage

# Keys that begin with `al-` are served at the second (voyageai 0.5.0, _base.py).
HOSTS: Final = ("api.voyageai.com", "ai.mongodb.com")


class EmbeddingsUsage(Usage):
    total_tokens: int
    """All tokens that were used."""


class MultimodalUsage(Usage):
    text_tokens: int
    """Tokens of the text."""
    image_pixels: int
    """Pixels of the images."""
    video_pixels: int
    """Pixels of the video."""
    total_tokens: int
    """All tokens that were used."""


def _read_in(document: str) -> Source:
    return Source(document=document, package="voyageai", version="0.5.0", read=date(2026, 11, 28))


# The package has no class of a usage. Its objects add up, over the batches of a call, the counts that they name, and
# fail where one is not there: so each is required, and so is the usage. What a total is made of is said nowhere.

EMBEDDINGS = Contract(
    name="voyage/embeddings",
    default=True,
    source=_read_in("EmbeddingsObject"),
    usage=EmbeddingsUsage,
    endpoints=(
        Endpoint(
            path="/v1/embeddings",
            hosts=HOSTS,
            presence="required",
            body={
                "object": "list",
                "model": "voyage-4",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
            },
        ),
        # ContextualizedEmbeddingsObject: a list of lists.
        Endpoint(
            path="/v1/contextualizedembeddings",
            hosts=HOSTS,
            presence="required",
            body={
                "object": "list",
                "model": "voyage-context-3",
                "data": [
                    {
                        "object": "list",
                        "index": 0,
                        "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
                    }
                ],
            },
        ),
    ),
    dialect=Dialect(total="total_tokens"),
)

MULTIMODAL_EMBEDDINGS = Contract(
    name="voyage/multimodal_embeddings",
    source=_read_in("MultimodalEmbeddingsObject"),
    usage=MultimodalUsage,
    endpoints=(
        Endpoint(
            path="/v1/multimodalembeddings",
            hosts=HOSTS,
            presence="required",
            body={
                "object": "list",
                "model": "voyage-multimodal-3.5",
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
            },
        ),
    ),
    dialect=Dialect(total="total_tokens"),
)

RERANK = Contract(
    name="voyage/rerank",
    source=_read_in("RerankingObject"),
    usage=EmbeddingsUsage,
    endpoints=(
        Endpoint(
            path="/v1/rerank",
            hosts=HOSTS,
            presence="required",
            body={
                "object": "list",
                "model": "rerank-2.5",
                "data": [{"index": 0, "relevance_score": 0.9, "document": "Hello!"}],
            },
        ),
    ),
    dialect=Dialect(total="total_tokens"),
)

CONTRACTS = (EMBEDDINGS, MULTIMODAL_EMBEDDINGS, RERANK)
