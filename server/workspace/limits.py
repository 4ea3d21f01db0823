"""The rate limits: fixed windows, counted in the workspace's file for all its processes."""

import math
import sqlite3

from server.workspace.conditions import Conditions
from server.workspace.effects import RateLimited, RateLimitReason

MS_PER_S = 1000
_WHOLE_WORKSPACE = "workspace"


def are_on(conditions: Conditions) -> bool:
    """Whether anything is counted at all."""
    return conditions.token_budget is not None or conditions.workspace_budget is not None


def count(db: sqlite3.Connection, conditions: Conditions, *, bot_id: str, now_ms: int) -> None:
    """Count one request of that integration.

    Raises the ApiError of a 429 when one of the budgets is spent; then nothing is counted.
    """
    window_ms = conditions.window_s * MS_PER_S
    began_at = now_ms - now_ms % window_ms
    budgets: tuple[tuple[str, int | None, RateLimitReason], ...] = (
        (bot_id, conditions.token_budget, "public_api_request_rate_limit"),
        (
            _WHOLE_WORKSPACE,
            conditions.workspace_budget,
            "public_api_space_request_rate_limit",
        ),
    )
    for scope, budget, reason in budgets:
        if budget is not None and _used(db, scope, began_at) >= budget:
            left_s = math.ceil((began_at + window_ms - now_ms) / MS_PER_S)
            raise RateLimited(left_s, reason).error()
    for scope, _, _ in budgets:
        _use(db, scope, began_at)


def _used(db: sqlite3.Connection, scope: str, began_at: int) -> int:
    row = db.execute(
        "SELECT used FROM windows WHERE scope = ? AND began_at = ?", (scope, began_at)
    ).fetchone()
    return row[0] if row else 0


def _use(db: sqlite3.Connection, scope: str, began_at: int) -> None:
    db.execute(
        """INSERT INTO windows (scope, began_at, used) VALUES (?, ?, 1)
        ON CONFLICT (scope) DO UPDATE SET
            used = CASE began_at WHEN excluded.began_at THEN used + 1 ELSE 1 END,
            began_at = excluded.began_at""",
        (scope, began_at),
    )
