"""Modules that are imported when something of them is first used: start-up stays short."""

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module that costs too much to import before it is needed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """What the module has of that name; imports it the first time."""
        return getattr(import_module(self._name), attribute)
