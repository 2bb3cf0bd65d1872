"""One method of one class, replaced by ours until it is put back."""

from collections.abc import Callable
from typing import Any

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
