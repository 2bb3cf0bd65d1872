"""What workers are told when they start: a file behind `poison://` kills whoever opens it."""

import os

import fsspec


class Poison(fsspec.AbstractFileSystem):
    protocol = "poison"

    def _open(self, path, **_):
        os._exit(9)  # pragma: no cover - with it goes what was measured


fsspec.register_implementation("poison", Poison, clobber=True)  # a preloaded module is loaded twice
