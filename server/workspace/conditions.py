"""The conditions under which the workspace serves, kept in its file: all processes see them."""

import json
import sqlite3
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Conditions:
    """What can be set beside the data; the defaults are those of Notion, without rate limits."""

    query_results_limit: int = 10_000
    """A query yields no more results than this, over all its pages."""

    search_delay_s: float = 0
    """How long after an edit the search still does not know of it."""


def load(db: sqlite3.Connection) -> Conditions:
    """The conditions in force."""
    kept = {row[0]: json.loads(row[1]) for row in db.execute("SELECT * FROM conditions")}
    return Conditions(**kept)


def change(db: sqlite3.Connection, changes: dict[str, Any]) -> Conditions:
    """Set some of them; gives all that are then in force."""
    changed = replace(load(db), **changes)
    db.executemany(
        "INSERT OR REPLACE INTO conditions (name, value) VALUES (?, ?)",
        [(name, json.dumps(value)) for name, value in asdict(changed).items()],
    )
    return changed
