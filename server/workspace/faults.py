"""The fault plan: which requests fail how; kept in the workspace's file, so all processes see it.

What a fault does is in `effects`; here it is decided whether one acts.
"""

import json
import sqlite3
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from server.workspace.database import Database
from server.workspace.effects import BY_NAME, NAME_OF, Delayed, Effect, RateLimited

__all__ = ["Delayed", "Effect", "FaultPlan", "FaultRule", "RateLimited", "RuleState"]


@dataclass(frozen=True, slots=True)
class FaultRule:
    """Which requests fail how, and how many of them.

    `route` is a pattern such as `POST /v1/data_sources/*/query` or `*`. Of the requests that fit,
    the first `after` pass; of the others the part `rate` fails, decided by the plan's seed;
    at most `count` fail (None: until it is cleared).
    """

    effect: Effect
    route: str = "*"
    count: int | None = None
    rate: float = 1.0
    after: int = 0


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule, how many requests it has seen, and on how many of them it acted."""

    rule: FaultRule
    seen_count: int
    acted_count: int

    @property
    def left_count(self) -> int | None:
        """How often it still acts; None for ever."""
        count = self.rule.count
        return None if count is None else max(0, count - self.acted_count)


class FaultPlan:
    """The rules in force; the first that fits a request and is due acts on it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, rule: FaultRule) -> None:
        """Add a rule, behind those already there."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO faults (route, effect, count, rate, after) VALUES (?, ?, ?, ?, ?)",
                (rule.route, _written(rule.effect), rule.count, rule.rate, rule.after),
            )

    def clear(self) -> None:
        """Drop every rule."""
        with self._database.writing() as db:
            db.execute("DELETE FROM faults")

    def states(self) -> tuple[RuleState, ...]:
        """Every rule in order, those that are used up, too."""
        with self._database.reading() as db:
            rows = db.execute("SELECT * FROM faults ORDER BY number").fetchall()
        return tuple(RuleState(_rule(row), row["seen"], row["acted"]) for row in rows)

    def seed(self) -> int:
        """What chance is drawn from."""
        with self._database.reading() as db:
            return _seed(db)

    def reseed(self, seed: int) -> None:
        """Draw chance from another seed."""
        with self._database.writing() as db:
            db.execute("UPDATE workspace SET fault_seed = ?", (seed,))

    def fit(self, method: str, path: str) -> bool:
        """Whether any rule that is not used up is about such a request; counts nothing."""
        with self._database.reading() as db:
            return any(_fits(row, method, path) for row in _live(db))

    def take(self, method: str, path: str) -> Effect | None:
        """What happens to this request; each rule that sees it counts it."""
        with self._database.writing() as db:
            seed = _seed(db)
            for row in _live(db):
                if not _fits(row, method, path):
                    continue
                random = Random(f"{seed} {row['number']} {row['seen']}")  # noqa: S311 - not a secret
                acts = row["seen"] >= row["after"] and random.random() < row["rate"]
                db.execute(
                    "UPDATE faults SET seen = seen + 1, acted = acted + ? WHERE number = ?",
                    (acts, row["number"]),
                )
                if acts:
                    effect = _rule(row).effect
                    return effect.drawn(random) if isinstance(effect, Delayed) else effect
        return None


def _seed(db: sqlite3.Connection) -> int:
    seed: int = db.execute("SELECT fault_seed FROM workspace").fetchone()[0]
    return seed


def _live(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute(
        "SELECT * FROM faults WHERE acted < ifnull(count, acted + 1) ORDER BY number"
    ).fetchall()


def _fits(row: sqlite3.Row, method: str, path: str) -> bool:
    return fnmatchcase(f"{method} {path}", row["route"])


def _rule(row: sqlite3.Row) -> FaultRule:
    effect = _read(json.loads(row["effect"]))
    return FaultRule(effect, row["route"], row["count"], row["rate"], row["after"])


def _written(effect: Effect) -> str:
    return json.dumps({"fault": NAME_OF[type(effect)]} | asdict(effect))


def _read(kept: dict[str, Any]) -> Effect:
    return BY_NAME[kept.pop("fault")](**kept)
