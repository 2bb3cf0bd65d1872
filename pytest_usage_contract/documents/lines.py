"""The lines of the ini option `usage_contract_documents`: `docs/Usage.md = acme/chat POST api.acme.example/v1/chat`."""

from pathlib import Path
from typing import NamedTuple

from pytest_usage_contract.core.contract import Endpoint
from pytest_usage_contract.documents.reader import Asked, ReadDocument, parse_endpoint, read_asked


class DocumentLine(NamedTuple):
    """One line: the document, the contract's name, the endpoint if it is told, and how names are spelled."""

    document: str
    name: str
    endpoint: Endpoint | None = None
    wire_names: str | None = None

    def read(self, folder: Path) -> ReadDocument:
        """Read the document, whose path is relative to *folder*."""
        # The package as it is written in the line, wherever the checkout is.
        asked = Asked(self.name, self.endpoint, package=self.document, wire_names=self.wire_names)
        return read_asked(folder / self.document, asked)


def parse_line(line: str) -> DocumentLine:
    """Read one line, which may end in `wire_names=snake_case`; raises `ValueError`."""
    document, equals, rest = line.partition(" = ")
    name, _, told = rest.strip().partition(" ")
    if not (equals and document.strip() and "/" in name):
        raise ValueError(
            f"{line.strip()!r} is no document; a line reads docs/Usage.md = provider/endpoint POST host/path"
        )
    words = told.split()
    spelled = [word.removeprefix("wire_names=") for word in words if word.startswith("wire_names=")]
    call = " ".join(word for word in words if not word.startswith("wire_names="))
    endpoint = parse_endpoint(call) if call else None
    return DocumentLine(document.strip(), name, endpoint, spelled[0] if spelled else None)
