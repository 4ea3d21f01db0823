"""AI-assisted beside unassisted tasks: what was compared, in figures and in words.

Nothing here says that a tool made tasks faster or slower: nobody assigned it by chance.
"""

import math
from collections.abc import Iterable
from typing import Final

from playbooks.ai_effect import AiComparison, Balance, Effort, compare
from playbooks.task import Task
from playbooks.text import shown
from playbooks.velocity_estimates import NOBODY
from playbooks.velocity_question import size_band

_DIGITS: Final = 4
_APART_PERCENT: Final = 20
"""Groups that differ by this much in size, kind or people are not alike."""


def compared_by_ai(paired: Iterable[Task]) -> AiComparison | None:
    """The tasks with both hours that are meant; None when a group has one or none."""
    return compare([_effort(task) for task in paired])


def _effort(task: Task) -> Effort:
    assert task.actual_hours is not None
    assert task.estimated_hours is not None
    return Effort(
        actual=task.actual_hours,
        estimate=task.estimated_hours,
        with_ai=task.ai_tool is not None,
        assignee=task.assignees[0] if task.assignees else NOBODY,
        band=size_band(task.estimated_hours),
        kind=task.project or "",
    )


def ai_measures(comparison: AiComparison | None) -> dict[str, float | int | str | None]:
    """The figures; ratios above 1 say that assisted tasks took longer."""
    if comparison is None:
        return dict.fromkeys(_NAMES)
    interval, cautious = comparison.adjusted_interval, comparison.cautious_interval
    within = comparison.within_assignees
    values: tuple[float | int | str | None, ...] = (
        comparison.ai_count,
        comparison.other_count,
        comparison.adjusted_ratio,
        interval.low if interval else None,
        interval.high if interval else None,
        cautious.low if cautious else None,
        cautious.high if cautious else None,
        math.exp(within.value) if within else None,
        comparison.shift_ratio,
        comparison.ranks.delta,
        comparison.ranks.p_value,
        comparison.overlap_percent,
        comparison.needed_count(),
        comparison.verdict,
    )
    return {
        name: round(value, _DIGITS) if isinstance(value, float) else value
        for name, value in zip(_NAMES, values, strict=True)
    }


_NAMES: Final = (
    "ai_tasks_count",
    "unassisted_tasks_count",
    "adjusted_ratio",
    "adjusted_ratio_low",
    "adjusted_ratio_high",
    "cautious_ratio_low",
    "cautious_ratio_high",
    "within_assignees_ratio",
    "shift_ratio",
    "cliffs_delta",
    "ai_p_value",
    "overlap_percent",
    "needed_tasks_per_group_count",
    "ai_verdict",
)


def ai_line(comparison: AiComparison | None) -> str:
    """The verdict with its effect size and overlap."""
    if comparison is None:
        return "needs two tasks with both hours of each kind: with and without an AI tool"
    ratio, ranks = comparison.adjusted_ratio, comparison.ranks
    told = [
        f"adjusted ratio {ratio:.3f}" if ratio else "no adjusted ratio",
        f"effect size {ranks.size} (Cliff's delta {ranks.delta:.2f})",
        f"overlap {comparison.overlap_percent:.0f} %",
    ]
    return f"{comparison} {'; '.join(told)}"


def balance_lines(comparison: AiComparison) -> list[str]:
    """In what the two groups differ, where they do."""
    return [_balance(each) for each in comparison.balance if each.apart_percent >= _APART_PERCENT]


def _balance(balance: Balance) -> str:
    most = balance.shares[0]
    return (
        f"by {balance.dimension} the groups are {balance.apart_percent:.0f} % apart, most in"
        f" {shown(most.value, 40)}: {most.ai_percent:.0f} % of assisted,"
        f" {most.other_percent:.0f} % of unassisted"
    )
