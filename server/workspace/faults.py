"""The fault plan: how the workspace is told to fail; kept in its file, so all processes see it."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from server.workspace.database import Database
from server.workspace.errors import ApiError

RateLimitReason = Literal[
    "public_api_request_rate_limit",
    "public_api_space_request_rate_limit",
    "public_api_endpoint_rate_limit",
    "mcp_tool_rate_limit",
    "collection_router_upstream_429",
    "public_api_request_blocked",
]


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Answer 429 and do nothing else."""

    retry_after_s: int = 1
    reason: RateLimitReason = "public_api_request_rate_limit"

    def error(self) -> ApiError:
        """The answer."""
        return ApiError(
            429,
            "rate_limited",
            "You have been rate limited. Please try again in a few minutes.",
            additional_data={
                "rate_limit_reason": self.reason,
                "retry_after": self.retry_after_s,
            },
            headers={"Retry-After": str(self.retry_after_s)},
        )


@dataclass(frozen=True, slots=True)
class Delayed:
    """Answer as ever, but so much later."""

    latency_ms: int


Effect = RateLimited | Delayed


@dataclass(frozen=True, slots=True)
class FaultRule:
    """Which requests fail how, and how many of them.

    `route` is a pattern such as `POST /v1/data_sources/*/query` or `*`; `count` is how often the
    rule still acts, None until it is cleared.
    """

    effect: Effect
    route: str = "*"
    count: int | None = None


class FaultPlan:
    """The rules in force; the first that fits a request acts on it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, rule: FaultRule) -> None:
        """Add a rule, behind those already there."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO faults (route, remaining, effect) VALUES (?, ?, ?)",
                (rule.route, rule.count, _written(rule.effect)),
            )

    def clear(self) -> None:
        """Drop every rule."""
        with self._database.writing() as db:
            db.execute("DELETE FROM faults")

    def rules(self) -> tuple[FaultRule, ...]:
        """The rules in force, with what is left of their counts."""
        with self._database.reading() as db:
            return tuple(_rule(row) for row in _live(db))

    def take(self, method: str, path: str) -> Effect | None:
        """What happens to this request; uses up one of the rule's count."""
        with self._database.reading() as db:
            fitting = [row["number"] for row in _live(db) if _fits(row, method, path)]
        return self._use(fitting) if fitting else None

    def _use(self, fitting: list[int]) -> Effect | None:
        with self._database.writing() as db:
            for number in fitting:
                row = db.execute(
                    "UPDATE faults SET remaining = remaining - 1"
                    " WHERE number = ? AND ifnull(remaining, 1) > 0 RETURNING *",
                    (number,),
                ).fetchone()
                if row is not None:
                    return _rule(row).effect
        return None


def _live(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute(
        "SELECT * FROM faults WHERE ifnull(remaining, 1) > 0 ORDER BY number"
    ).fetchall()


def _fits(row: sqlite3.Row, method: str, path: str) -> bool:
    return fnmatchcase(f"{method} {path}", row["route"])


def _rule(row: sqlite3.Row) -> FaultRule:
    return FaultRule(_read(json.loads(row["effect"])), row["route"], row["remaining"])


def _written(effect: Effect) -> str:
    return json.dumps({"kind": type(effect).__name__} | asdict(effect))


def _read(kept: dict[str, Any]) -> Effect:
    kinds: dict[str, type[RateLimited | Delayed]] = {"RateLimited": RateLimited, "Delayed": Delayed}
    return kinds[kept.pop("kind")](**kept)
