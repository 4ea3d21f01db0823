"""Fragments of SQL with their parameters, so that no value ever stands in the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and what its question marks stand for, in order."""

    text: str
    parameters: tuple[Any, ...] = ()

    def negated(self) -> "Sql":
        """True where this is not."""
        return Sql(f"NOT ({self.text})", self.parameters)


TRUE = Sql("1")
FALSE = Sql("0")


def joined(word: str, parts: Sequence[Sql]) -> Sql:
    """All parts, joined by AND or OR."""
    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.parameters))
