"""Invents the calls of AI tools: heavy tails near the playbook's bands (P8, P9)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from server.workspace.sample.defects import planted_count
from server.workspace.sample.names import Tool
from server.workspace.sample.rows import AiCall
from server.workspace.sample.tasks import Planned
from server.workspace.sample.wording import LOOKUPS, PROMPTS
from server.workspace.sample.workdays import OLD_AFTER_DAYS, Workdays, instant_of, pick_days

RECENT_COUNT: Final = 170
"""Rows of the last 30 days; the older ones are counted by their defect."""

_TASK_SHARE: Final = 0.4
_SLOW_SHARE: Final = 0.03
_SLOW_FACTOR: Final = 5
_FAILED_FACTOR: Final = 2.5
_FAILED_TOKENS_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a tool usually answers; `spread` is the sd of the logarithm of its response time."""

    weight: int
    median_ms: float
    spread: float
    success_share: float
    median_tokens: float
    usd_per_million_tokens: float
    most_calls: int


BEHAVIOURS: Final[dict[Tool, Behaviour]] = {
    "cursor": Behaviour(5, 410, 0.38, 0.975, 2400, 6.0, 12),
    "continue": Behaviour(3, 820, 0.42, 0.955, 3100, 3.5, 8),
    "mcp_server": Behaviour(2, 62, 0.50, 0.985, 600, 0.0, 30),
}


def invent_calls(
    planned: Sequence[Planned], days: Workdays, now: datetime, rng: Random
) -> tuple[AiCall, ...]:
    """The rows written before `now`, in order, with a fixed number of old ones."""
    old_before = days.today - timedelta(days=OLD_AFTER_DAYS)
    old = [day for day in days.past if day < old_before]
    recent = [day for day in days.past if day > old_before]
    chosen = [
        *pick_days(old, planted_count("old-metrics"), rng, growth=0.6),
        *pick_days(recent, RECENT_COUNT, rng),
    ]
    instants = sorted(instant_of(day, rng.random()) for day in chosen)
    return tuple(_call(at, planned, rng) for at in instants if at <= now)


def _call(at: datetime, planned: Sequence[Planned], rng: Random) -> AiCall:
    tool = rng.choices(list(BEHAVIOURS), [each.weight for each in BEHAVIOURS.values()])[0]
    usual = BEHAVIOURS[tool]
    success = rng.random() < usual.success_share
    calls_count = max(1, min(int(rng.expovariate(3 / usual.most_calls)) + 1, usual.most_calls))
    tokens_per_call = usual.median_tokens * math.exp(rng.gauss(0, 0.7))
    tokens_count = int(tokens_per_call * (1 if success else _FAILED_TOKENS_SHARE)) * calls_count
    return AiCall(
        title=rng.choice(LOOKUPS if tool == "mcp_server" else PROMPTS),
        tool=tool,
        at=at,
        response_time_ms=_response_time_ms(usual, rng, success=success),
        success=success,
        tokens_count=tokens_count,
        cost_usd=round(tokens_count * usual.usd_per_million_tokens / 1e6, 4),
        calls_count=calls_count,
        task=_task_in_hand(planned, tool, at.date(), rng),
    )


def _response_time_ms(usual: Behaviour, rng: Random, *, success: bool) -> float:
    time_ms = usual.median_ms * math.exp(rng.gauss(0, usual.spread))
    if rng.random() < _SLOW_SHARE:
        time_ms *= _SLOW_FACTOR
    return round(time_ms if success else time_ms * _FAILED_FACTOR, 1)


def _task_in_hand(planned: Sequence[Planned], tool: Tool, day: date, rng: Random) -> int | None:
    if rng.random() >= _TASK_SHARE:
        return None
    fitting = [
        each.task.key
        for each in planned
        if each.task.ai_tool == tool
        and each.course.started_at.date() <= day <= each.course.in_review_at.date()
    ]
    return rng.choice(fitting) if fitting else None
