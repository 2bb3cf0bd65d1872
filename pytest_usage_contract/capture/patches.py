"""A method of a class, replaced by ours until it is put back, and a watch for the import of a client."""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

# Any, since a method of a library has whatever signature that library gave it.
Method = Callable[..., Any]

_MARK = "__usage_contract_patch__"


class Patch:
    """A method replaced by a wrapper that passes everything through when nobody listens.

    Others may patch over us, and put our wrapper back when we are long gone. It does nothing then, the next patch of
    that method adopts it, and the undoing of whatever lies upon it removes it.
    """

    def __init__(self, owner: type, name: str, original: Method, wrapper: Method) -> None:
        self._owner, self._name, self._original, self._wrapper = owner, name, original, wrapper
        self._live = True
        setattr(wrapper, _MARK, self)

    @classmethod
    def put(cls, owner: object, name: str, wrap: Callable[[Method], Method]) -> "Patch | None":
        """Replace method *name* of class *owner*; give the patch to undo, or None if there is nothing to do."""
        current = vars(owner).get(name) if isinstance(owner, type) else None
        if not isinstance(owner, type) or current is None:
            return None  # a stand-in for the library, or a version of it without that method
        patch = cls._of(current)
        if patch is not None and isinstance(patch, cls):
            if patch._live:
                return None
            patch._live = True
            return patch
        patch = cls(owner, name, current, wrap(current))
        setattr(owner, name, patch._wrapper)
        return patch

    def undo(self) -> None:
        """Put the original back, unless somebody has patched over us: then theirs stays."""
        self._live = False
        if vars(self._owner).get(self._name) is self._wrapper:
            setattr(self._owner, self._name, self._settled())

    def _settled(self) -> Method:
        """Give the original, less the wrappers beneath us that were undone while we lay upon them."""
        original = self._original
        while (patch := self._of(original)) is not None and not patch._live:
            original = patch._original
        return original

    @staticmethod
    def _of(method: Method) -> "Patch | None":
        # `functools.wraps` copies the mark to whatever wraps us, so the mark alone proves nothing. The patch may be
        # of another copy of this module (a plugin imported anew in a run inside a run): no isinstance here.
        patch: Patch | None = getattr(method, _MARK, None)
        return patch if patch is not None and patch._wrapper is method else None


class ImportWatch:
    """Hears of the first import of some modules, imports none itself, and changes nothing about how they are found."""

    def __init__(self, names: frozenset[str], imported: Callable[[ModuleType], None]) -> None:
        self._names = names
        self._imported = imported

    def start(self) -> None:
        """Watch from now on."""
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Watch no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find *fullname* as the other finders do, if it is one of ours."""
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = cast("Loader", _ToldLoader(spec.loader, self._imported))
                return spec
        return None


class _ToldLoader:
    """A loader that tells when it has executed its module, of which it is the loader no longer by then."""

    def __init__(self, loader: Loader, imported: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._imported = imported

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as its own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, then tell."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._imported(module)
