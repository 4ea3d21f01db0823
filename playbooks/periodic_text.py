"""A periodic report in words: one line for each of its parts, with links and what is usual."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from playbooks.days import WorkDays
from playbooks.development_log import LogEntry
from playbooks.flow import Durations
from playbooks.periodic_facts import Facts, Missed, Now, Review
from playbooks.periodic_series import Counted
from playbooks.report_period import Period
from playbooks.text import listed, shown
from playbooks.tool_metrics import Figures
from playbooks.trend import LEAST_POINTS_COUNT, Trend
from playbooks.trend_text import trend_line
from playbooks.usage import OWN_TOOL
from playbooks.usual import Usual
from playbooks.velocity_text import counted, number, part_of, points_a_week

LINKS_SHOWN: Final = 3
"""Of a list, in the short text; the full report has more."""

_TOOLS_SHOWN: Final = 4
_KINDS_SHOWN: Final = 4

NOUNS: Final[Mapping[Counted, str]] = {
    "completed": "completed",
    "started": "started",
    "created": "created",
    "log_entries": "log entries",
    "ai_calls": "AI calls",
    "ai_tokens": "AI tokens",
    "ai_cost": "AI cost",
}


class Linked(Protocol):
    """Says its title as data, and its link."""

    def __str__(self) -> str: ...


def headline(facts: Facts, *, is_final: bool) -> str:
    """The report in one sentence."""
    deviating = facts.deviations_count
    told = [*_totals(facts), *([] if facts.period.is_over else _standing(facts.now))]
    unusual = f"; {counted(deviating, 'figure')} out of the ordinary" if deviating else ""
    return f"{facts.period}{_state(facts.period, is_final=is_final)}: {', '.join(told)}{unusual}."


def _standing(now: Now) -> list[str]:
    """What stands today: of a period that is over it says nothing."""
    return [
        *([f"{len(now.blocked)} blocked"] if now.blocked is not None else []),
        *([f"{len(now.overdue)} {now.late}"] if now.overdue is not None else []),
    ]


def _totals(facts: Facts) -> list[str]:
    names: tuple[Counted, ...] = ("completed", "started")
    return [
        f"{facts.usual[name].value:g} {NOUNS[name]}" for name in names if name in facts.usual
    ] or ["neither completed nor started can be told"]


def _state(period: Period, *, is_final: bool) -> str:
    if not period.is_over:
        return " so far"
    return "" if is_final else " (provisional)"


def counted_line(facts: Facts, name: Counted, listing: Sequence[Linked]) -> str:
    """How many, what is usual, and the first of them."""
    usual = facts.usual[name]
    points = _points(facts) if name == "completed" else ""
    return f"{usual.value:g}{points}{compared(usual, facts.period)}{links(listing)}"


def _points(facts: Facts) -> str:
    if not facts.points:
        return ""
    pointed = sum(task.story_points is not None for task in facts.completed)
    return f" ({number(facts.points)} points{part_of(pointed, len(facts.completed))})"


def compared(usual: Usual, period: Period) -> str:
    """Beside the last like period, and the usual of several."""
    if usual.previous is None:
        return ", nothing to compare it with yet"
    last = f"{_like(period, 1)} {number(usual.previous)}"
    middle = usual.median
    if middle is None:
        return f" ({last})"
    low, high = min(usual.earlier), max(usual.earlier)
    count = len(usual.earlier)
    spread = f"{number(low)} to {number(high)} in {_like(period, count)}"
    return f" ({last}; usual {number(middle)}, {spread})"


def _like(period: Period, count: int) -> str:
    noun = f"{period.whole.first:%A}" if period.kind == "daily" else period.noun
    partial = "" if period.is_over or period.kind == "daily" else "as many days of "
    if count == 1:
        return f"{partial}the {noun} before"
    return f"{partial}the {count} {noun}s before"


def links(listing: Sequence[Linked]) -> str:
    """The first ones, and how many more there are."""
    if not listing:
        return ""
    hidden = len(listing) - LINKS_SHOWN
    more = f"; and {hidden} more" if hidden > 0 else ""
    return f": {'; '.join(map(str, listing[:LINKS_SHOWN]))}{more}"


def blocked_line(now: Now, period: Period) -> str:
    """What is blocked today, the oldest first."""
    if now.blocked is None:
        return "no option of the status means blocked"
    return f"{len(now.blocked)} {_today(period)}{links(now.blocked)}"


def _today(period: Period) -> str:
    """Of a period that is over the day is said: what stands now was not part of it."""
    return f"now ({period.today:%Y-%m-%d})" if period.is_over else "now"


def overdue_line(now: Now, period: Period) -> str:
    """What is late today, and by which reckoning."""
    if now.overdue is None:
        return "neither due dates nor enough finished tasks tell what is late"
    told = f"{len(now.overdue)} {_today(period)}"
    if now.late == "overdue":
        return f"{told} past their due date{links(now.overdue)}"
    assert now.cycle is not None
    expected = now.days.lasting(now.cycle.p85_days)
    basis = f"in progress for more than p85 of cycle time ({expected}); there are no due dates"
    return f"{told} {basis}{links(now.overdue)}"


def log_line(facts: Facts, entries: Sequence[LogEntry]) -> str:
    """The log of the period by kind, the newest entries first."""
    kinds = Counter(entry.kind for entry in entries if entry.kind)
    ranked = sorted(kinds.items(), key=lambda each: (-each[1], each[0]))
    told = [f"{count} {shown(kind, 30)}" for kind, count in ranked]
    by_kind = f", by kind {listed(told, _KINDS_SHOWN)}" if told else ""
    compares = compared(facts.usual["log_entries"], facts.period)
    return f"{len(entries)}{compares}{by_kind}{links(entries)}"


def ai_line(facts: Facts) -> str:
    """Calls of AI tools in all, then by tool."""
    usual = facts.usual["ai_calls"]
    cost = facts.usual.get("ai_cost")
    unit = f" {facts.currency}" if facts.currency else ""
    spent = f"; cost {number(cost.value)}{unit}{compared(cost, facts.period)}" if cost else ""
    tools = {
        tool: _tool(tool, figures, facts.tools_before.get(tool))
        for tool, figures in facts.tools.items()
    }
    own = f". Own server apart: {tools.pop(OWN_TOOL)}" if OWN_TOOL in tools else ""
    by_tool = f". {listed(list(tools.values()), _TOOLS_SHOWN)}" if tools else ""
    return f"{counted_calls(usual.value)}{compared(usual, facts.period)}{spent}{by_tool}{own}"


def counted_calls(count: float) -> str:
    """`1 call`, `2 calls`."""
    return "1 call" if count == 1 else f"{count:g} calls"


def _tool(tool: str, figures: Figures, before: Figures | None) -> str:
    times, was = figures.times, before.times if before else None
    told = [
        f"{figures.calls_count:g}",
        *([f"{figures.success.percent:.1f} % ok"] if figures.success else []),
        *(
            [f"p50 {times.p50_ms:.0f} ms" + (f" (was {was.p50_ms:.0f})" if was else "")]
            if times
            else []
        ),
    ]
    return f"{shown(tool, 30)} {' · '.join(told)}"


def deviations_line(facts: Facts) -> str:
    """What is out of the ordinary, and by which rule that is said."""
    told = [
        f"{NOUNS[name]} {number(each.value)} is far {each.deviation} the usual"
        f" {number(each.median or 0)} (robust score {each.score or 0:+.1f})"
        for name, each in facts.deviating.items()
    ]
    told += [
        f"{each.metric.replace('_', ' ')} of {shown(each.tool, 30)} is worse than"
        f" {number(each.before)} before by {each.change}: {each.level}"
        for each in facts.worse
    ]
    if told:
        return "; ".join(told)
    judged = sum(each.median is not None for each in facts.usual.values())
    return f"none of {counted(judged, 'figure')} (robust score within 3.5 of like periods)"


def review_line(review: Review) -> str:
    """What a week or a month tells beside counts."""
    flow = review.flow
    points = points_a_week(flow)
    told = [
        f"{number(flow.throughput.per_day)} tasks a calendar day",
        *([points] if points else []),
        *([f"{number(flow.hours.mean)} actual hours on average"] if flow.hours else []),
        *([_cycle(flow.cycle, flow.days)] if flow.cycle else []),
        *(
            [f"estimation accuracy {review.accuracy_percent:.1f} %"]
            if review.accuracy_percent is not None
            else []
        ),
    ]
    return "; ".join(told)


def _cycle(cycle: Durations, days: WorkDays) -> str:
    return f"cycle time p50 {cycle.p50_days:g}, p85 {days.lasting(cycle.p85_days)}"


def monthly_trend_line(trend: Trend | None) -> str:
    """Of the completions of the last weeks."""
    return trend_line(trend, 0) if trend else f"fewer than {LEAST_POINTS_COUNT} full weeks"


def missed_line(missed: Sequence[Missed], noun: str) -> str:
    """Each period that no report told as a whole, the oldest first."""
    told = "; ".join(f"{each.period}: {_missed(each)}" for each in missed)
    return f"{counted(len(missed), noun)} since the last report, told here. {told}"


def _missed(missed: Missed) -> str:
    told = [
        f"{number(total)} {NOUNS[name]}"
        for name, total in missed.totals.items()
        if total and name not in {"ai_tokens", "created"}
    ]
    return ", ".join(told) or "nothing"
