"""One line of `usage_contract_documents`: a contract file, or a document and what it does not state itself."""

from pathlib import Path
from typing import NamedTuple

from pytest_usage_contract.core.contract import Contract
from pytest_usage_contract.core.contract_file import is_contract_file, parse_contract, read_contract
from pytest_usage_contract.documents.reader import CLASS, parse_endpoint, read_document


class DocumentLine(NamedTuple):
    """`contracts/chat.json`, or `docs/Usage.md = acme/chat POST api.acme.example/v1/chat wire_names=snake_case`."""

    document: str
    name: str | None = None
    endpoint: str | None = None
    wire_names: str | None = None

    def read(self, folder: Path) -> Contract:
        """Read the contract of the line, whose path is relative to *folder*; raise `ValueError` or `OSError`."""
        path = folder / self.document
        if self.name is None:
            return read_contract(path)
        if is_contract_file(path):
            raise ValueError(f"{self.document!r} is a contract file, which has a name; what would do is its path alone")
        document = self.document if CLASS.fullmatch(self.document) and not path.exists() else path
        read = read_document(document, name=self.name, endpoint=self.endpoint, wire_names=self.wire_names)
        return parse_contract(read.data)


def parse_line(line: str) -> DocumentLine:
    """Parse one line; raise `ValueError` if it is none."""
    document, equals, rest = line.partition(" = ")
    if not equals and document.strip().lower().endswith(".json"):
        return DocumentLine(document.strip())
    name, _, options = rest.strip().partition(" ")
    if not (equals and document.strip() and "/" in name):
        raise ValueError(
            f"{line.strip()!r} is no document; a line reads contracts/chat.json, which is a contract file, "
            "or docs/Usage.md = provider/endpoint POST host/path"
        )
    words = options.split()
    spelled = [word.removeprefix("wire_names=") for word in words if word.startswith("wire_names=")]
    call = " ".join(word for word in words if not word.startswith("wire_names="))
    if call:
        parse_endpoint(call)
    return DocumentLine(document.strip(), name, call or None, spelled[0] if spelled else None)
