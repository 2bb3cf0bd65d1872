"""Break `core/` in one place at a time, and see whether the tests of `core/` notice.

    python tests/mutants/mutants.py                      every mutant of core/, in the background of a long day
    python tests/mutants/mutants.py --number 800         so many, drawn by --seed
    python tests/mutants/mutants.py --only core/sse.py   those of one module

Every mutant is run in a fork of one process that has everything else imported: by the tests of its own module, and in
the end, if those pass, by all tests of `core/`. It is killed by the first test that fails. Survivors are printed, and
held against `tests/mutants/survivors.txt`: one that is not argued there makes the exit status 1, as does one that is
argued and dies.
"""

import argparse
import ast
import importlib.util
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pytest_usage_contract"
ARGUED = Path(__file__).with_name("survivors.txt")
TESTS = (
    "tests/core",
    "tests/test_api.py",
    "tests/docs/test_reference.py::test_every_code_has_its_heading_with_all_that_is_told_of_it",
)
OWN = {
    "core/body.py": ("tests/core/test_check.py",),
    "core/check.py": ("tests/core/test_check.py", "tests/core/test_stream_verdicts.py", "tests/core/test_wording.py"),
    "core/codes.py": ("tests/core/test_codes.py", TESTS[-1]),
    "core/fields.py": ("tests/core/test_fields.py", "tests/core/test_checker.py"),
    "core/walk.py": ("tests/core/test_checker.py", "tests/core/test_spelling.py"),
    "core/finding.py": ("tests/core/test_finding.py", "tests/core/test_message.py"),
    "core/response.py": ("tests/core/test_response.py", "tests/test_api.py"),
}
"""The tests of a module, where they are not in the file of its name."""

QUIET = (
    *("-q", "-x", "-m", "not slow", "--no-header", "--tb=no", "--assert=plain", "-p", "no:cacheprovider"),
    *("-p", "pytest_asyncio.plugin", "-p", "pytest_usage_contract.plugin"),
)
SECONDS = 120
"""After so many a mutant hangs, and counts as killed."""

PASSED, FAILED, NO_COLLECTION, NO_TESTS = 0, 1, 2, 5  # pytest's own
NO_IMPORT, NOT_BROKEN, NOT_RUN = 97, 98, 99
KILLED = (FAILED, NO_COLLECTION, NO_IMPORT, -signal.SIGKILL)
"""How a run ends that has noticed a mutant; whatever else is neither this nor passed is a fault of this tool."""

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


class Mutant(NamedTuple):
    """One change of one node: the *index* of the node in a walk of its module, and the *change* by its name."""

    module: str
    index: int
    change: str
    line: int

    def words(self, source: str) -> str:
        """Return the mutant as `survivors.txt` names it: by what stands there and the text of its line."""
        text = (PACKAGE / self.module).read_text(encoding="utf-8").splitlines()[self.line - 1]
        return f"{self.module}: {self.change}: {' '.join(source.split())[:60]}: in: {text.strip()}"


def changes(node: ast.AST) -> Iterator[str]:
    """Yield the name of each way to break a node."""
    match node:
        case ast.Compare(ops=ops):
            yield from (f"comparison {number}" for number, op in enumerate(ops) if type(op) in COMPARISONS)
        case ast.BoolOp():
            yield "and-or"
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in OPERATORS:
            yield "operator"
        case ast.If() | ast.IfExp() | ast.While():
            yield "negation"
        case ast.comprehension(ifs=[_, *_]):
            yield "no filter"
        case ast.Constant(value=bool() | int() | str() | bytes()) if node.value not in ("", b""):
            yield "constant"
        case ast.Return(value=ast.expr()) if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "no result"
        case ast.Break() | ast.Continue():
            yield "other jump"
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield "no statement"


def apply(change: str, node: ast.AST, tree: ast.Module) -> None:
    """Break *node* in *tree*."""
    kind, _, number = change.partition(" ")
    match node:
        case ast.Compare(ops=ops) if kind == "comparison":
            ops[int(number)] = COMPARISONS[type(ops[int(number)])]()
        case ast.BoolOp():
            node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        case ast.BinOp() | ast.AugAssign():
            node.op = OPERATORS[type(node.op)]()
        case ast.If() | ast.IfExp() | ast.While():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.comprehension():
            node.ifs = []
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.Constant(value=str(value)):
            node.value = f"{value}X"
        case ast.Constant(value=bytes(value)):
            node.value = value + b"X"
        case ast.Return():
            node.value = ast.Constant(None)
        case _:
            other = {ast.Break: ast.Continue, ast.Continue: ast.Break}.get(type(node), ast.Pass)()
            replace_statement(tree, node, ast.copy_location(other, node))
    ast.fix_missing_locations(tree)


def replace_statement(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for block in (getattr(parent, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(block, list) and old in block:
                block[block.index(old)] = new


def list_mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module, but for what says nothing at run time: docstrings, annotations, `__all__`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node) for root in silent_parts(tree) for node in ast.walk(root)}
    module = path.relative_to(PACKAGE).as_posix()
    for index, node in enumerate(ast.walk(tree)):
        if id(node) not in silent:
            yield from (Mutant(module, index, change, line_of(node)) for change in changes(node))


def line_of(node: ast.AST) -> int:
    return getattr(node, "lineno", None) or node.iter.lineno  # type: ignore[attr-defined]  # of a comprehension


def silent_parts(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                yield node
            case ast.arg() | ast.AnnAssign():
                yield from filter(None, [node.annotation])
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from filter(None, [node.returns])
            case ast.ClassDef():
                yield from node.decorator_list  # frozen, slots
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield node
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Assign(value=ast.Subscript()):
                yield node  # a name for a type


class Broken(SourceFileLoader):
    """Loads a module as a mutant has it."""

    def __init__(self, mutant: Mutant) -> None:
        self.file = PACKAGE / mutant.module
        self.name = f"{PACKAGE.name}.{mutant.module.removesuffix('.py').replace('/', '.')}"
        super().__init__(self.name, str(self.file))
        tree = ast.parse(self.file.read_text(encoding="utf-8"))
        node = [*ast.walk(tree)][mutant.index]
        self.source = ast.unparse(node.iter if isinstance(node, ast.comprehension) else node)
        apply(mutant.change, node, tree)
        self.code = compile(tree, str(self.file), "exec")
        self.was_run = False

    def get_code(self, _: str) -> object:
        self.was_run = True
        return self.code

    def find_spec(self, name: str, *_: object) -> object:
        return importlib.util.spec_from_file_location(name, self.file, loader=self) if name == self.name else None


class Order:
    """A plugin that runs the sentences first, and last what draws its examples: it is slow, and slower to fail."""

    no_collection = False

    def pytest_collectreport(self, report: object) -> None:
        """Note an error here, since for a test that is named pytest ends as if it were not known."""
        self.no_collection |= report.failed  # type: ignore[attr-defined]

    def pytest_collection_modifyitems(self, items: list) -> None:  # type: ignore[type-arg]
        items.sort(key=lambda item: (hasattr(item.obj, "hypothesis"), "test_wording" not in item.nodeid))


def run_sound(pipe: int) -> int:
    """Run all tests over the sound package, and write into *pipe* which modules they import."""
    import pytest

    status = pytest.main([*QUIET, *TESTS], plugins=[Order()])
    foreign = [name for name, module in sys.modules.items() if is_foreign(getattr(module, "__file__", None))]
    with os.fdopen(pipe, "w") as out:
        out.write("\n".join(foreign))
    return int(status)


def is_foreign(file: str | None) -> bool:
    """Tell whether a module is none of ours, so that it may be imported once for all mutants."""
    return bool(file) and not any(Path(str(file)).is_relative_to(part) for part in (PACKAGE, ROOT / "tests"))


def run_broken(mutant: Mutant, tests: tuple[str, ...]) -> int:
    """Run *tests* over a mutant; return pytest's status, or one of ours."""
    import pytest

    os.setsid()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    broken = Broken(mutant)
    sys.meta_path.insert(0, broken)  # type: ignore[arg-type]
    try:
        module = importlib.import_module(broken.name)
        importlib.import_module(f"{PACKAGE.name}.plugin")
    except Exception:  # noqa: BLE001 - whatever it is, no test could begin
        return NO_IMPORT if broken.was_run else NOT_BROKEN
    order = Order()
    status = pytest.main([*QUIET, *tests], plugins=[order])
    if order.no_collection:
        return NO_COLLECTION
    return int(status) if sys.modules.get(broken.name) is module and broken.was_run else NOT_BROKEN


def fork(function, *arguments) -> int:  # type: ignore[no-untyped-def]
    """Return the process id of a child that ends with what *function* returns."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    status = NOT_RUN
    try:
        status = function(*arguments)
    except BaseException:  # noqa: BLE001 - whatever it is, it must not go on as the parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--number", type=int, help="how many to draw; all without it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", action="append", default=[], metavar="core/MODULE.py")
    asked = parser.parse_args()
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # ours is all that the tests of core/ need
    paths = [PACKAGE / name for name in asked.only] or sorted((PACKAGE / "core").glob("*.py"))
    mutants = [mutant for path in paths for mutant in list_mutants(path)]
    drawn = random.Random(asked.seed).sample(mutants, asked.number) if asked.number else mutants
    print(f"{len(mutants)} mutants, {len(drawn)} drawn", flush=True)

    reading, writing = os.pipe()
    sound = fork(run_sound, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        foreign = told.read().split()
    if os.waitpid(sound, 0)[1]:
        print("the tests fail without any mutant")
        return 2
    for name in foreign:
        with suppress(Exception):  # what was imported under a condition that does not hold here
            importlib.import_module(name)
    survivors, faults, running = [], [], {}
    queue = [(mutant, own_tests(mutant)) for mutant in reversed(drawn)]
    while queue or running:
        while queue and len(running) < asked.jobs:
            mutant, tests = queue.pop()
            running[fork(run_broken, mutant, tests)] = mutant, tests, time.monotonic()
        child, status = os.waitpid(-1, os.WNOHANG)
        if child:
            mutant, tests, _ = running.pop(child)
            ended = os.waitstatus_to_exitcode(status)
            if ended in (PASSED, NO_TESTS) and tests != TESTS:
                queue.insert(0, (mutant, TESTS))
                print(f"passes its own tests: {mutant.words(Broken(mutant).source)}", flush=True)
            elif ended in (PASSED, NO_TESTS):
                survivors.append(mutant)
                print(f"survives: {mutant.words(Broken(mutant).source)}", flush=True)
            elif ended not in KILLED:
                faults.append(mutant)
                print(f"could not be run ({ended}): {mutant}", flush=True)
        else:
            for child, (*_, since) in running.items():
                if time.monotonic() - since > SECONDS:
                    os.killpg(child, signal.SIGKILL)
            time.sleep(0.01)
    drawn = [mutant for mutant in drawn if mutant not in faults]
    for module in sorted({mutant.module for mutant in drawn}):
        print_rate(module, [m for m in drawn if m.module == module], [m for m in survivors if m.module == module])
    print_rate("all", drawn, survivors)
    return settle(drawn, survivors) or 2 * bool(faults)


def own_tests(mutant: Mutant) -> tuple[str, ...]:
    own = f"tests/core/test_{Path(mutant.module).name}"
    return OWN.get(mutant.module) or ((own,) if Path(own).exists() else TESTS)


def print_rate(name: str, drawn: list[Mutant], survivors: list[Mutant]) -> None:
    killed = len(drawn) - len(survivors)
    print(f"{name}: {killed} of {len(drawn)} killed ({killed / len(drawn):.1%})")


def settle(drawn: list[Mutant], survivors: list[Mutant]) -> int:
    """Hold the survivors against those that are argued; return the exit status."""
    lines = ARGUED.read_text(encoding="utf-8").splitlines()
    argued = {line.partition(" — ")[0] for line in lines if line and not line.startswith("#")}
    alive = {mutant.words(Broken(mutant).source) for mutant in survivors}
    dead = {mutant.words(Broken(mutant).source) for mutant in drawn} - alive
    for words in sorted(alive - argued):
        print(f"not argued: {words}")
    for words in sorted(argued & dead):
        print(f"argued, and killed: {words}")
    return int(bool(alive - argued or argued & dead))


if __name__ == "__main__":
    sys.exit(main())
