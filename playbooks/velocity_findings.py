"""What is wrong with a velocity, or with the data behind it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from playbooks.bands import Bands
from playbooks.databases import StatusRole
from playbooks.days import WorkDays
from playbooks.estimation import COPIED_ABOVE_PERCENT
from playbooks.flow import LittlesLaw
from playbooks.forecast import NoForecast
from playbooks.mapping import RoleMap
from playbooks.records import Reading
from playbooks.report import Finding, Severity
from playbooks.task_dirt import dirt_findings
from playbooks.text import listed
from playbooks.trend_text import trend_line
from playbooks.velocity import Question, Velocity
from playbooks.velocity_estimates import Estimates, is_withheld, told_accuracy
from playbooks.velocity_flow import Flow
from playbooks.velocity_question import Window
from playbooks.velocity_text import counted, weeks_count

PROCEDURE: Final = "velocity_report"

_PILED_ABOVE_PERCENT: Final = 25
"""A gap of Little's law that is no rounding."""

_LONG_DAYS: Final = 28
"""A period of which a part is still long enough to ask about."""

_EXAMPLES: Final = 5

_POINTED_SHARE: Final = 0.8
"""With points on a smaller part of the completed tasks their sum says little."""

NEEDED: Final[dict[str, str]] = {
    "completed": "throughput, cycle and lead time, trend and forecast",
    "started": "cycle time, age of open work and Little's law",
    "estimated_hours": "estimation accuracy",
    "actual_hours": "actual hours and estimation accuracy",
    "story_points": "points per week",
}
"""Roles without which figures are missing."""


def findings_of(
    velocity: Velocity,
    *,
    roles: RoleMap,
    meanings: Iterable[StatusRole],
    reading: Reading,
    bands: Bands,
) -> tuple[Finding, ...]:
    """Everything that is wrong, the gravest first."""
    found: list[Finding] = [
        *_about_reading(reading),
        *_about_mapping(roles, meanings),
        *_about_question(velocity, roles),
        *_about_estimates(velocity, bands),
        *_about_flow(velocity),
        *([] if _means_nobody(velocity) else _not_computed(velocity, roles)),
        *dirt_findings(
            velocity.dirt,
            warn_above_percent=bands.dirty_above_percent,
            procedure=PROCEDURE,
            effects={"hours_far_apart": _effect(velocity.estimates, bands)},
        ),
    ]
    return tuple(sorted(found, key=lambda finding: _GRAVEST.index(finding.severity)))


_GRAVEST: Final[Sequence[Severity]] = ("critical", "warning", "info")


def _finding(
    name: str, severity: Severity, what: str, remedy: str, evidence: Iterable[str] = ()
) -> Finding:
    return Finding(
        id=f"{PROCEDURE}.{name}",
        severity=severity,
        what=what,
        evidence=tuple(evidence),
        remedy=remedy,
    )


def _about_reading(reading: Reading) -> Iterator[Finding]:
    if reading.stale_because is not None:
        why = reading.stale_because
        yield _finding("stale", "warning", f"rows of before are told: {why.problem}", why.remedy)
    if not reading.complete:
        yield _finding(
            "incomplete",
            "warning",
            "the copy of the rows is not complete: every figure may be too low",
            "What is missing, and what helps, stands beside it: only a reading that was interrupted"
            " goes on when you ask again.",
            reading.gaps,
        )


def _about_mapping(roles: RoleMap, meanings: Iterable[StatusRole]) -> Iterator[Finding]:
    if roles.mistaken:
        what = "configured properties do not fit, so they are not read"
        yield _finding("mapping", "warning", what, _MAP, roles.mistaken)
    status = roles.filled.get("status")
    if status is not None and status.type != "checkbox" and "done" not in set(meanings):
        what = "no option of the status means done, so nothing counts as completed"
        yield _finding("nothing_means_done", "warning", what, _MAP_DONE)
    lacking = [role for role in NEEDED if role not in roles.filled]
    if lacking:
        yield _finding(
            "missing_properties",
            "warning" if "completed" in lacking else "info",
            f"no property plays {listed(lacking)}",
            _MAP,
            (f"{role}: without it there is no {NEEDED[role]}" for role in lacking),
        )


_MAP: Final = (
    "Name the properties in playbooks.toml under [databases.task_management.properties], or add"
    " them in Notion; `notion-playbooks init` proposes a mapping."
)
_MAP_DONE: Final = (
    'Name the options in playbooks.toml: [databases.task_management.statuses] done = ["…"].'
)


def _means_nobody(velocity: Velocity) -> bool:
    """Whether there are tasks, all of which the filter leaves out."""
    return velocity.all_count > 0 and not velocity.tasks


def unplayed(velocity: Velocity, roles: RoleMap) -> list[str]:
    """The roles that are asked about, but that no property plays."""
    return [role for role in velocity.question.roles if role not in roles.filled]


def _about_question(velocity: Velocity, roles: RoleMap) -> Iterator[Finding]:
    lacking = unplayed(velocity, roles)
    if lacking:
        what = f"no property plays {listed(lacking)}, so no task can be told by it"
        yield _finding("not_mapped", "warning", what, _MAP)
    elif _means_nobody(velocity):
        yield _finding(
            "nothing_meant",
            "warning",
            "no task is meant by the filter",
            "Use a name as it stands in Notion (group_by lists them), `none` or `any`.",
        )


def _about_estimates(velocity: Velocity, bands: Bands) -> Iterator[Finding]:
    estimates, days = velocity.estimates, velocity.flow.days
    coverage, band = estimates.coverage_percent, bands.hours_coverage_percent
    if coverage is not None and band.judge(coverage) != "ok":
        withheld = is_withheld(estimates, bands)
        ending = "too few to tell an accuracy" if withheld else "accuracy may not be typical"
        yield _finding(
            "hours_coverage",
            "warning",
            f"{coverage:.0f} % of {counted(estimates.done_count, 'done task')} have both hours:"
            f" {ending}",
            "Fill in estimated and actual hours; validate_data lists the tasks.",
            _unlike(estimates, days),
        )
    accuracy = told_accuracy(estimates, bands)
    if accuracy is not None and accuracy.exact_percent > COPIED_ABOVE_PERCENT:
        yield _finding(
            "exact_matches",
            "warning",
            f"{accuracy.exact_percent:.0f} % of the actual hours equal the estimate",
            "Ask whether actual hours are copied from estimates: then accuracy says nothing.",
        )


def _effect(estimates: Estimates, bands: Bands) -> str:
    """What pairs that are far apart, but counted, do to the accuracy of the period."""
    every, without = told_accuracy(estimates, bands), estimates.without_far_apart
    if every is None or not estimates.far_apart_count:
        return " (none of them is in this period's accuracy)"
    counted_in = f" ({estimates.far_apart_count} counted in the accuracy of"
    if without is None:
        return f"{counted_in} {every.accuracy_percent:.1f} %, which has no others)"
    return (
        f"{counted_in} {every.accuracy_percent:.1f} %, which is {without.accuracy_percent:.1f} %"
        f" without; actual / estimate {every.bias_factor:.2f}, without {without.bias_factor:.2f})"
    )


def _unlike(estimates: Estimates, days: WorkDays) -> list[str]:
    having, lacking = estimates.cycle_medians_days
    if having is None or lacking is None:
        return []
    return [f"median cycle time with both hours {days.lasting(having)}, without {lacking:g}"]


def _about_flow(velocity: Velocity) -> Iterator[Finding]:
    trend, flow = velocity.pace.trend, velocity.flow
    if trend is not None and trend.direction == "falling":
        yield _finding(
            "falling",
            "warning",
            f"throughput is {trend_line(trend, trend.points_count)}",
            "Look at what is blocked and how old open work is before anything else.",
        )
    late = [each for each in flow.aging if each.is_late]
    if late and flow.expected:
        yield _finding(
            "late_work",
            "warning",
            f"{counted(len(late), 'open task')} older than"
            f" {flow.days.lasting(flow.expected.p85_days)}, within which 85 % were finished",
            "Finish, split or drop them before starting anything new.",
            (f"{each.task}, {flow.days.lasting(each.age_days)}" for each in late[:_EXAMPLES]),
        )
    yield from _about_points(flow)
    yield from _about_balance(flow.littles, velocity.question)


def _about_balance(littles: LittlesLaw | None, question: Question) -> Iterator[Finding]:
    """Whether work piles up or is worked off; a period shorter than the work tells neither."""
    if littles is None or question.window.days_count < littles.cycle_mean_days:
        return
    gap = littles.gap_percent
    if abs(gap) > _PILED_ABOVE_PERCENT:
        happens, remedy = _piling_up(question) if gap > 0 else _working_off(question)
        yield _finding(
            "unsteady_flow",
            "info",
            f"open work is {gap:+.0f} % off what rate and time give (Little's law): {happens}, so"
            " the percentiles may not last",
            remedy,
        )


def _piling_up(question: Question) -> tuple[str, str]:
    if question.is_past:
        return "work piled up", "Take the durations of that period as too short."
    return "work piles up", f"Start no more than is finished{_shorter(question.window)}."


def _working_off(question: Question) -> tuple[str, str]:
    """Old work that gets finished makes the finished look slower than what is started."""
    if question.is_past:
        return "old work was worked off", "Take the durations of that period as too long."
    return (
        "old work is worked off",
        f"Go on so, and expect new work to take less time{_shorter(question.window)}.",
    )


def _shorter(window: Window) -> str:
    if window.days_count < _LONG_DAYS:
        return ""
    return "; a shorter period_days tells of lately alone"


def _about_points(flow: Flow) -> Iterator[Finding]:
    count, all_count = flow.pointed_count, flow.throughput.completed_count
    if 0 < count < _POINTED_SHARE * all_count:
        yield _finding(
            "points_coverage",
            "info",
            f"{count} of {counted(all_count, 'completed task')} have story points: points per week"
            " are too low, since the others count as 0",
            "Give every task story points, or plan by tasks instead of points.",
        )


def _not_computed(velocity: Velocity, roles: RoleMap) -> Iterator[Finding]:
    lacking = dict(_lacking(velocity))
    if not lacking:
        return
    yield _finding(
        "not_computed",
        "info",
        f"cannot be told: {listed(list(lacking), len(lacking))}",
        "Ask about a longer period with period_days or since."
        if "completed" in roles.filled
        else "Add the missing properties first.",
        (f"{name}: {why}" for name, why in lacking.items()),
    )


def _lacking(velocity: Velocity) -> Iterator[tuple[str, str]]:
    """The figures that are None, each with its reason."""
    flow, outlook = velocity.flow, velocity.outlook
    if flow.points_per_week is None:
        yield "points per week", "no completed task of the period has points"
    if flow.hours is None:
        yield "actual hours", "no completed task of the period has any"
    if flow.cycle is None:
        yield "cycle time", "no completed task of the period has usable started and completed days"
    if flow.lead is None:
        yield "lead time", "no completed task of the period has usable days"
    if velocity.estimates.every is None:
        yield "estimation accuracy", "no task of the period has both hours above 0"
    if velocity.pace.trend is None:
        yield "trend", trend_line(None, weeks_count(velocity))
    if isinstance(outlook.past, NoForecast):
        yield "forecast", outlook.past.reason
