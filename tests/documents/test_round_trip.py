"""Whatever contract is printed, as pages or as a module, is read back as the same, up to what cannot be said."""

import importlib.util
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from toy import TOY

from pytest_usage_contract import contracts
from pytest_usage_contract.core.checker import checker
from pytest_usage_contract.core.contract import Contract, Endpoint, Framing, Source
from pytest_usage_contract.core.usage import Count, Usage
from pytest_usage_contract.documents import compare, module_source, read_document, same_promise
from pytest_usage_contract.documents.declarations import build_model, terms_of
from pytest_usage_contract.documents.pages import refine_count
from pytest_usage_contract.documents.terms import (
    Either,
    ListOf,
    Literals,
    MapOf,
    Model,
    ModelEntry,
    Nested,
    OrNull,
    Simple,
    either,
    or_null,
)

NAMES = st.sampled_from(
    [
        "input",
        "output",
        "total",
        "cached",
        "text",
        "audio",
        "image",
        "cost",
        "seconds",
        "class",
        "type",
        "json",
        "float",
        "usage",
        "model_dump",
        "count",
        "id",
    ]
)
FIELD_NAMES = st.lists(NAMES, min_size=1, max_size=3).map("_".join)
MEANINGS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30)
PLAIN = st.sampled_from([Simple(word) for word in ("integer", "count", "number", "string", "boolean", "any", "object")])
CHOICES = st.lists(st.sampled_from(["a", "b", "c d"]), min_size=1, max_size=2, unique=True).map(tuple).map(Literals)
LEAVES = st.one_of(PLAIN, CHOICES, st.just(Either((Simple("string"), Simple("boolean")))))


@st.composite
def models(draw, name="X", depth=2):
    names = draw(st.lists(FIELD_NAMES, min_size=1, max_size=4, unique_by=lambda one: one.replace("_", "")))
    return Model(name, tuple(draw(entries(name, number, field, depth)) for number, field in enumerate(names)))


@st.composite
def entries(draw, parent, number, name, depth):
    term = draw(terms(f"{parent}{number}", depth))
    return ModelEntry(name, refine_count(name, term), draw(st.booleans()), " ".join(draw(MEANINGS).split()))


@st.composite
def terms(draw, name, depth):
    kind = draw(st.sampled_from(["leaf", "leaf", "model", "list", "map"] if depth else ["leaf"]))
    if kind == "leaf":
        term = draw(LEAVES)
    elif kind == "model":
        term = Nested(draw(models(name, depth - 1)))
    else:
        inner = draw(terms(f"{name}I", depth - 1))
        term = ListOf(inner) if kind == "list" else Simple("object") if inner == Simple("any") else MapOf(inner)
    return or_null(term) if draw(st.booleans()) else term


def acme(model, **more):
    return Contract(name="acme/chat", source=Source(document="Usage", package="acme"), usage=build_model(model), **more)


def unsure(term, flavour):
    """*term* as far as a flavour can say it; Python marks what may be null, but not on a list or a map."""
    inner = term.inner if isinstance(term, OrNull) else term
    container = isinstance(inner, ListOf | MapOf) or inner == Simple("object")
    match inner:
        case ListOf(item):
            told = ListOf(unsure(item, flavour))
        case MapOf(value):
            told = MapOf(unsure(value, flavour))
        case Nested(model):
            told = Nested(as_said(model, flavour))
        case Simple("integer" | "count" | "number" as word) if flavour == "typescript":
            told = Simple("count" if word == "integer" else word, sure=False)
        case _:
            told = inner
    if flavour == "typescript" or container:
        return or_null(told, sure=False)
    return or_null(told) if isinstance(term, OrNull) else told


def as_said(model, flavour):
    return Model(
        model.name,
        tuple(
            ModelEntry(one.name, _counted(one.name, unsure(one.term, flavour)), one.required, _meant(one.meaning))
            for one in model.entries
        ),
    )


def _counted(name, term):
    """Of a number it is known whether it counts by its name alone, but for Python's integers."""
    match term:
        case OrNull(inner, sure):
            return OrNull(_counted(name, inner), sure)
        case Simple("count" | "number", sure):
            return refine_count(name, Simple("number", sure))
        case ListOf(OrNull(inner, sure)):
            return ListOf(OrNull(_counted("", inner), sure))
        case ListOf(inner):
            return ListOf(_counted("", inner))  # pragma: no cover - drawn by chance
        case MapOf(OrNull(inner, sure)):
            return MapOf(OrNull(_counted("", inner), sure))
        case MapOf(inner):
            return MapOf(_counted("", inner))
        case _:
            return term


def _meant(meaning):
    return "" if meaning == "N/A" else meaning


def plain(model):
    """Descriptions without the marks that Markdown takes for its own."""
    kept = str.maketrans("", "", "\\`*_{}[]<>|:&~")
    return Model(
        model.name,
        tuple(
            ModelEntry(one.name, _plain(one.term), one.required, " ".join(one.meaning.translate(kept).split()))
            for one in model.entries
        ),
    )


def _plain(term):
    match term:
        case Nested(model):
            return Nested(plain(model))
        case ListOf(inner) | MapOf(inner) | OrNull(inner):
            return type(term)(_plain(inner))
        case _:
            return term


@pytest.mark.parametrize("flavour", ["typescript", "python"])
@given(model=models())
@settings(max_examples=25, deadline=None)
def test_pages_printed_in_either_flavour_are_read_back(print_pages, flavour, model):
    contract = acme(plain(model))
    with tempfile.TemporaryDirectory() as folder:
        pages = print_pages(contract, flavour)
        for path, text in pages.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        page = Path(folder) / next(iter(pages))
        read = read_document(page, root=folder, name="acme/chat", wire_names="snake_case").contract
    assert terms_of(read.usage) == as_said(terms_of(contract.usage), flavour)
    assert compare(contract, read) == ()
    assert compare(read, contract) == ()


def imported(source, folder):
    file = Path(folder) / "printed_contract.py"
    file.write_text(source, encoding="ascii")
    spec = importlib.util.spec_from_file_location("printed_contract", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["printed_contract"] = module
    try:
        spec.loader.exec_module(module)
        (contract,) = module.CONTRACTS
        _ = checker(contract).fields
    finally:
        del sys.modules["printed_contract"]
    return contract


@given(model=models(), example=st.none() | st.just({"a": [1, {"b": 'x"'}], "c": {}, "d": []}), either=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_printed_module_is_imported_as_the_same_contract(model, example, either):
    contract = acme(model, example=example, either_spelling=either, endpoints=(Endpoint(path="/v1", hosts=("h", "i")),))
    with tempfile.TemporaryDirectory() as folder:
        assert same_promise(imported(module_source(contract), folder), contract)


ODD = Model(
    "Usage",
    (
        ModelEntry(
            "inputTokens", OrNull(Simple("count", sure=False), sure=False), required=True, meaning='Says "so" \\ and ’.'
        ),
        ModelEntry("gpt-4.1", Simple("unread"), required=False, meaning="word " * 60),
        ModelEntry("class", Simple("some object"), required=True),
        ModelEntry("class_", Simple("integer"), required=True),
        ModelEntry("1h", OrNull(Simple("number", sure=False)), required=False),
        ModelEntry("", Simple("boolean"), required=True, meaning="https://acme.example/" + "x" * 130),
        ModelEntry("float", Simple("number"), required=True),
        ModelEntry("of", Nested(Model("Usage", (ModelEntry("n", Simple("integer"), required=True),))), required=True),
        ModelEntry(
            "of_same", Nested(Model("Usage", (ModelEntry("n", Simple("integer"), required=True),))), required=True
        ),
        ModelEntry(
            "of_other", Nested(Model("Usage", (ModelEntry("m", Simple("integer"), required=True),))), required=True
        ),
        ModelEntry("empty", Nested(Model("1 page", ())), required=True),
        ModelEntry("kind", Literals(("a", 'b"', "it's", True, 3)), required=False),
        ModelEntry("mixed", Either((Literals((1, 2)), Simple("string"), ListOf(Simple("any")))), required=True),
        ModelEntry(
            "tier", OrNull(ListOf(Literals(tuple(f"tier number {number}" for number in range(20))))), required=False
        ),
    ),
)
ODD_CONTRACT = Contract(
    name="acme/2 date",
    source=Source(document='A "quoted" name' + "x" * 120, package="acme", version="1.0", read=date(2026, 1, 31)),
    usage=build_model(ODD),
    endpoints=(Endpoint(path="/v1/chat", hosts=("api.acme.example",), presence="unknown", at="data.usage"),),
    example={"a": 1.5, "b": [True, None, "x"], "c": {"d": {}}},
)
PLAIN_CONTRACTS = [
    Contract(name=one.name, source=one.source, usage=one.usage, example=one.example) for one in contracts()
]


@pytest.mark.parametrize("contract", [ODD_CONTRACT, *PLAIN_CONTRACTS], ids=str)
def test_odd_names_and_texts_survive_the_printing(contract, tmp_path):
    assert same_promise(imported(module_source(contract), tmp_path), contract)


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="the linter is not here")
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_printed_modules_pass_the_linter_and_the_formatter(command, tmp_path):
    root = Path(__file__).parents[2]
    for number, contract in enumerate([ODD_CONTRACT, *PLAIN_CONTRACTS]):
        (tmp_path / f"acme{number}.py").write_text(module_source(contract), encoding="ascii")
    ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--config", str(root / "pyproject.toml"), "."]
    done = subprocess.run(ruff, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="the type checker is not here")
def test_printed_modules_pass_the_type_checker(tmp_path):
    root = Path(__file__).parents[2]
    for number, contract in enumerate([ODD_CONTRACT, PLAIN_CONTRACTS[0]]):
        (tmp_path / f"acme{number}.py").write_text(module_source(contract), encoding="ascii")
    mypy = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        f"--cache-dir={tmp_path}",
        "acme0.py",
        "acme1.py",
    ]
    done = subprocess.run(mypy, capture_output=True, text=True, cwd=tmp_path, check=False, env={"MYPYPATH": str(root)})
    assert done.returncode == 0, done.stdout


def test_what_no_document_says_is_not_printed():
    streamed = acme(ODD, endpoints=(Endpoint(path="/v1", hosts=("h",), stream=Framing(terminal={"a": (1,)})),))
    for contract in (replace(TOY, endpoints=()), streamed):
        with pytest.raises(ValueError, match="accounting and streams are declared by hand"):
            module_source(contract)


def test_models_of_other_makers_are_told_too():
    class Recursive(Usage):
        n: Count
        again: "Recursive | None"
        raw: dict
        items: list
        odd: complex
        many: list["Recursive"]

    Recursive.model_rebuild()
    assert [entry.term for entry in terms_of(Recursive).entries] == [
        Simple("count"),
        OrNull(Simple("some object")),
        Simple("object"),
        ListOf(Simple("any")),
        Simple("any"),
        ListOf(Simple("some object")),
    ]


def test_terms_are_said_once():
    null = Simple("null")
    assert either((Simple("string"), null)) == OrNull(Simple("string"))
    assert either((OrNull(Simple("string"), sure=False), Either((Simple("integer"), Simple("string"))))) == OrNull(
        Either((Simple("string"), Simple("integer"))), sure=False
    )
    assert or_null(OrNull(Simple("string"), sure=False)) == OrNull(Simple("string"))
