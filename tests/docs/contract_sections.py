"""The sections of the reference page of contracts, written from the contracts themselves.

`python tests/docs/contract_sections.py` writes them anew.
"""

from pathlib import Path

from pytest_usage_contract import contracts
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.tokens import describe_dialect

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "contracts.md"
FROM, TO = "<!-- from here on written by tests/docs/contract_sections.py -->\n", "<!-- up to here -->\n"
OWES = {
    "required": "a usage",
    "optional": "a usage, or nothing",
    "nullable": "a usage, nothing, or null",
    "unknown": "a usage; whether it may be nothing or null is not said",
}


def page():
    """The page as it should be: what stands around the sections is kept."""
    introduction, written = PAGE.read_text(encoding="utf-8").split(FROM)
    _, related = written.split(TO)
    return "\n".join([introduction + FROM, *map(section, contracts()), TO + related])


def section(contract):
    source = contract.source
    tokens = describe_dialect(contract.dialect, contract.accounting)
    paragraphs = [
        f"## {contract.name}",
        f"Read in `{source.document}` of `{source.package}`{source.version and f' {source.version}'}, on {source.read}.",
        table(
            ["served at", "the usage stands in", "the body owes", "in a stream, it stands in"],
            [
                [
                    f"`{place.method}` {', '.join(place.hosts) or 'where it is mapped:'} `{place.path}`",
                    f"`{place.at}`",
                    OWES[place.presence] + "".join(map(excuse, (place.excused or {}).items())),
                    ", ".join(f"`{at}`" for at in place.stream.at) if place.stream else "no stream is documented",
                ]
                for place in contract.endpoints
            ],
        ),
        table(
            ["field", "type", "required", "null", "meaning"],
            [
                [f"`{field.path}`", field.type, yes(field.required), yes(field.nullable), field.meaning]
                for field in checker(contract).fields
            ],
        ),
        listed("Accounting", [f"`{rule}`" for rule in contract.rules]),
        listed("Tokens", [f"{name}: `{where}`" for name, where in tokens]),
        listed("Meant to differ from the provider's SDK", [f"`{one.path}`: {one.why}" for one in contract.divergences]),
        contract.erratum and f"Erratum: {contract.erratum}.",
        contract.example is None and "It documents no example, so its examples are derived.",
    ]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def listed(title, items):
    return items and "\n".join([f"{title}:\n", *(f"- {item}" for item in items)])


def excuse(place):
    name, values = place
    return f"; not owed where `{name}` is {' or '.join(f'`{value}`' for value in values)}"


def table(head, rows):
    first, *others = (f"| {' | '.join(row)} |" for row in [head, *rows])
    return "\n".join([first, "|" + "---|" * len(head), *others])


def yes(said):
    return "yes" if said else "no"


if __name__ == "__main__":  # pragma: no cover - the page is written by whoever adds a contract
    PAGE.write_text(page(), encoding="utf-8")
