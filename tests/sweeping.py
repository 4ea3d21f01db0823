"""Secrets made for a test, planted by it, and looked for in all that came out of it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from server.secrets.rules import RULES
from server.secrets.samples import forms_of, sample

_COPIES = frozenset(("mirror_rows", "mirror_sources"))
"""Our copy of Notion's rows, which is as Notion has them."""


@dataclass
class Sweep:
    """Makes secrets and remembers them; `planted` are the files in which they stand on purpose."""

    home: Path
    captured: pytest.CaptureFixture[str]
    caplog: pytest.LogCaptureFixture
    random: Random = field(default_factory=lambda: Random(11))
    secrets: list[str] = field(default_factory=list[str], repr=False)
    planted: set[Path] = field(default_factory=set[Path])
    in_notion: bool = False

    def secret(self, rule_id: str = "notion-token") -> str:
        """One more secret of that rule."""
        rule = next(rule for rule in RULES if rule.id == rule_id)
        text, value = sample(rule, forms_of(rule)[0], self.random)
        self.secrets.append(value)
        return text

    def plant(self, path: Path, text: str) -> Path:
        """A file that holds such a text."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        self.planted.add(path)
        return path

    def require_absent(self, *more: str) -> None:
        """Fail when half of a secret is in outputs, logs, or any file of the home."""
        captured = self.captured.readouterr()
        texts = [captured.out, captured.err, self.caplog.text, *more, *self._files()]
        assert not [text[:200] for text in texts if self._holds(text)]

    def _holds(self, text: str) -> bool:
        halves = [value[len(value) // 4 : -(len(value) // 4)] for value in self.secrets]
        return any(half in text for half in halves)

    def _files(self) -> Iterator[str]:
        for path in sorted(self.home.rglob("*")):
            if not path.is_file() or path in self.planted or ".git" in path.parts:
                continue
            if path.name.startswith("workspace.sqlite3"):
                continue  # stands for Notion itself
            if path.name.startswith("store.sqlite3") and self.in_notion:
                yield from _rows_of(path) if path.suffix == ".sqlite3" else ()
            else:
                yield path.read_bytes().decode("latin-1")


def _rows_of(store: Path) -> Iterator[str]:
    """Every row of every table but the copies."""
    with closing(sqlite3.connect(store)) as database:
        tables: Sequence[tuple[str]] = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        for (table,) in tables:
            if table not in _COPIES:
                yield from (repr(row) for row in database.execute(f'SELECT * FROM "{table}"'))
