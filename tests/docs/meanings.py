"""The tables of what the counts mean, on a page of their own and at its head in the README, from the contracts' data.

`python tests/docs/meanings.py` writes them anew.
"""

from pathlib import Path

from pytest_usage_contract import contracts, find_contract
from pytest_usage_contract.core.accounting import Beside, Part, Total
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Framing

ROOT = Path(__file__).parents[2]
PAGE, README = ROOT / "docs" / "reference" / "meanings.md", ROOT / "README.md"
FROM, TO = "<!-- from here on written by tests/docs/meanings.py -->\n", "<!-- up to here -->\n"

ROLES = {
    "input": "input",
    "output": "output",
    "cache_read": "cache read",
    "cache_creation": "cache write",
    "reasoning": "reasoning",
    "total": "total",
}
INPUT_PARTS, OUTPUT_PARTS = ("cache_read", "cache_creation"), ("reasoning",)

NONE, UNKNOWN = "–", "unknown"

FAMILIES = (
    ("the cache lies inside the input", "do not add it", INPUT_PARTS, "inside"),
    ("the cache lies **beside** the input", "**add it**", INPUT_PARTS, "beside"),
    ("nobody says where the cache lies", "do not guess", INPUT_PARTS, UNKNOWN),
    ("the reasoning lies inside the output", "do not add it", OUTPUT_PARTS, "inside"),
    ("the reasoning lies **beside** the output", "**add it**", OUTPUT_PARTS, "beside"),
    ("nobody says where the reasoning lies", "do not guess", OUTPUT_PARTS, UNKNOWN),
)

WELL_KNOWN = {
    "openai/chat_completions": "OpenAI, chats",
    "openai/responses": "OpenAI, responses",
    "anthropic/messages": "Anthropic",
    "gemini/generate_content": "Gemini",
    "bedrock/converse": "Bedrock, Converse",
    "openrouter/chat_completions": "OpenRouter, chats",
    "openrouter/messages": "OpenRouter, messages",
    "deepseek/chat_completions": "DeepSeek",
    "xai/chat_completions": "xAI, chats",
    "xai/responses": "xAI, responses",
}

USAGE_ITSELF = {
    "required": "is owed",
    "optional": "may be absent",
    "nullable": "may be absent or null",
    "unknown": UNKNOWN,
}


def page():
    """The page as it should be: what stands around the tables is kept."""
    counted = [contract for contract in contracts() if contract.dialect.fields]
    paragraphs = [
        "## By family",
        table(["where", "so", "who"], families(counted)),
        "## Which count is which",
        table(
            ["contract", *map(ROLES.get, ROLES), "read in"],
            [[link(one), *(meaning(one, role) for role in ROLES), read_in(one.source)] for one in counted],
        ),
        f"No tokens are counted in {listed(one.name for one in contracts() if one not in counted)}.",
        "## What is absent, and what null",
        table(
            ["contract", "the usage itself", "may be absent", "is zero where absent", "may be null", "null is unknown"],
            merged([one.name, *absence(one)] for one in counted),
        ),
        "## In a stream",
        table(
            ["contract", "the usage stands at", "in the event", "the stream ends with", "it is told", "it is owed"],
            merged([one.name, *told(framing)] for one in contracts() for framing in framings(one)),
        ),
        f"How a stream carries the usage is unknown of {listed(unknown_streams()) or 'none'}.",
        f"No stream is documented of {listed(streamless())}.",
    ]
    return between(PAGE, "\n" + "\n\n".join([*paragraphs, ""]))


def readme():
    """The README as it should be: what stands around the table is kept."""
    head = ["", "cache read", "cache write", "reasoning", "a stream tells them"]
    rows = [
        [name, *(where(find_contract(one), role) for role in (*INPUT_PARTS, *OUTPUT_PARTS)), in_stream(one)]
        for one, name in WELL_KNOWN.items()
    ]
    return between(README, f"\n{table(head, rows)}\n\n")


def between(path, text):
    before, _, behind = path.read_text(encoding="utf-8").partition(FROM)
    return before + FROM + text + TO + behind.partition(TO)[2]


def families(counted):
    for where_it_lies, so, roles, place in FAMILIES:
        who = [one for one in counted if place in {place_of(one, role) for role in roles}]
        yield [where_it_lies, so, listed(by_provider(who, counted, roles, place))]


def by_provider(who, counted, roles, place):
    """Yield the name of each provider whose contracts all belong here, if they tell such a count, and else theirs."""
    for provider in dict.fromkeys(one.provider for one in who):
        those = [one for one in counted if one.provider == provider and any(place_of(one, role) for role in roles)]
        here = [one for one in who if one.provider == provider]
        yield from [provider] if here == those else [one.name + of_it(one, roles, place) for one in here]


def of_it(contract, roles, place):
    """The counts of a contract that lie here, where others of it do not."""
    here = [role for role in roles if place_of(contract, role) == place]
    return "" if here == [role for role in roles if place_of(contract, role)] else f" ({words(here)})"


def place_of(contract, role):
    """Where a part lies, as the accounting says it: inside or beside its headline, or unknown; empty where none is."""
    path = getattr(contract.dialect, role)
    rules = contract.accounting
    if any(isinstance(rule, Beside) and rule.part == path for rule in rules):
        return "beside"
    if any(isinstance(rule, Part) and rule.part == path for rule in rules):
        return "inside"
    return path and UNKNOWN


def meaning(contract, role):
    """The field of a role and, of a part, where it lies, and of a headline, what else is to be added."""
    path = getattr(contract.dialect, role)
    if not path:
        return NONE
    if role == "total":
        sums = [rule.of for rule in contract.accounting if isinstance(rule, Total) and rule.total == path]
        return f"{short(path)} = " + (" + ".join(name(contract, one) for one in sums[0]) if sums else UNKNOWN)
    if place := role not in ("input", "output") and place_of(contract, role):
        return f"{emphasis(place)}: {short(path)}"
    beside = [rule.part for rule in contract.accounting if isinstance(rule, Beside) and rule.headline == path]
    return " + ".join([short(path), *(name(contract, part) for part in beside)])


def name(contract, path):
    """The role of a field, or the field itself where it has none."""
    return next((ROLES[role] for role in ROLES if getattr(contract.dialect, role) == path), short(path))


def where(contract, role):
    place = place_of(contract, role)
    headline = "the output" if role in OUTPUT_PARTS else "the input"
    return place if place == UNKNOWN else f"{emphasis(place)} {headline}" if place else NONE


def emphasis(place):
    return "**beside**" if place == "beside" else place


def short(path):
    """The last name of a path, with three dots for what it stands in."""
    above, _, last = path.rpartition(".")
    return f"`{above and '…'}{last}`"


def absence(contract):
    kinds = {role: presence(contract, path) for role in ROLES if (path := getattr(contract.dialect, role))}
    zeros = contract.dialect.zeros
    lenient = {role for role, (required, _) in kinds.items() if not required}
    yield USAGE_ITSELF[contract.documented.presence]
    yield words(lenient)
    yield ", ".join(name(contract, path) for path in zeros) or NONE
    yield from (words({role for role, (_, null) in kinds.items() if null == said}) for said in ("yes", UNKNOWN))


def words(roles):
    return ", ".join(ROLES[role] for role in ROLES if role in roles) or NONE


def presence(contract, path):
    """Whether a count must be there, and whether null may stand for it, or for an object that it stands in."""
    required, nulls, tree = True, set(), checker(contract).tree
    for step in path.split("."):
        field = tree.fields[step]
        required = required and field.required
        nulls.add(UNKNOWN if "null" in field.unknown else "yes" if field.nullable else "no")
        tree = field.tree
    return required, next(said for said in ("yes", UNKNOWN, "no") if said in nulls)


def framings(contract):
    """The ways in which streams of a contract carry the usage, each once."""
    found = []
    for endpoint in contract.endpoints:
        if endpoint.stream and endpoint.stream not in found:
            found.append(endpoint.stream)
    return found


def told(framing):
    """The cells of a stream, after that of its contract."""
    carriers = (
        "any" if framing.carriers == {} else "the last" if framing.carriers is None else in_words(framing.carriers)
    )
    yield ", ".join(f"`{place}`" for place in framing.at)
    yield carriers
    yield in_words(framing.terminal) + (", and the usage may follow" if framing.may_follow else "")
    yield how_often(framing)
    yield owed(framing)


def in_words(pattern):
    return f"`{Framing(terminal=pattern).ending}`"


def how_often(framing):
    if framing.carriers is None:
        return "once"
    return {None: UNKNOWN, False: "once", True: "**often**: the last counts"}[framing.cumulative]


def owed(framing):
    if framing.asked:
        return f"to those who ask: `{'`, `'.join(framing.asked)}`"
    excuse = f", but of {in_words(framing.excused)}" if framing.excused else ""
    return {"required": "always", "unknown": UNKNOWN}.get(framing.presence, "no") + excuse


def in_stream(contract):
    ways = (how_often(one) + (", to those who ask" if one.asked else "") for one in framings(find_contract(contract)))
    return next(ways, UNKNOWN)


def unknown_streams():
    return [one.name for one in contracts() if any(place.unknown_stream for place in one.endpoints)]


def streamless():
    return [one.name for one in contracts() if not framings(one) and one.name not in unknown_streams()]


def merged(rows):
    """Rows that differ in their first cell only, as one."""
    names = {}
    for first, *others in rows:
        names.setdefault(tuple(others), []).append(first)
    return [[listed(firsts), *others] for others, firsts in names.items()]


def link(contract):
    return f"[{contract.name}](contracts.md#{contract.name.replace('/', '')})"


def read_in(source):
    return f"`{source.document}` of {source.package}{source.version and ' ' + source.version}, {source.read}"


def listed(names):
    return ", ".join(names)


def table(head, rows):
    first, *others = (f"| {' | '.join(row)} |" for row in [head, *rows])
    return "\n".join([first, "|" + "---|" * len(head), *others])


if __name__ == "__main__":  # pragma: no cover - the tables are written by whoever adds a contract
    PAGE.write_text(page(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")
