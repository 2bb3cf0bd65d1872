"""`python tests/kit/provider_index.py` writes `providers/index.py` anew from the modules of the providers."""

import subprocess
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from pytest_usage_contract import providers

NO_PROVIDERS = {"index", "naming", "precedence", "registry", "routes", "sources", "unmatched"}
HEAD = '''"""The index of the built-in contracts: all that is needed before their modules are loaded.

`python tests/kit/provider_index.py` writes it. A row has the module, the name, the other names, and the method, hosts
and path of each endpoint.
"""

Call = tuple[str, tuple[str, ...], str]

INDEX: tuple[tuple[str, str, tuple[str, ...], tuple[Call, ...]], ...] = '''


def index_of_providers():
    """Return the rows of the index, as the modules say."""
    modules = sorted({module.name for module in iter_modules(providers.__path__)} - NO_PROVIDERS)
    return tuple(
        (
            module,
            contract.name,
            contract.names[1:],
            tuple((endpoint.method, endpoint.hosts, endpoint.path) for endpoint in contract.endpoints),
        )
        for module in modules
        for contract in import_module(f"{providers.__name__}.{module}").CONTRACTS
    )


if __name__ == "__main__":  # pragma: no cover - the index is written by whoever adds a contract
    path = Path(providers.__path__[0]) / "index.py"
    path.write_text(f"{HEAD}{index_of_providers()!r}\n", encoding="utf-8")
    subprocess.run(["ruff", "format", "--quiet", str(path)], check=True)
