from collections.abc import Sequence
from datetime import timedelta

import pytest

from playbooks.arguments import PeriodKind
from playbooks.bands import Bands
from playbooks.days import WorkDays
from playbooks.mapping import RoleMap
from playbooks.periodic_facts import Facts, facts_of
from playbooks.periodic_series import Material
from playbooks.periodic_text import counted_line, overdue_line, review_line
from playbooks.records import Reading
from playbooks.report_period import period_of
from playbooks.task import Task
from playbooks.task_reading import TasksRead
from playbooks.tool_samples import Sample
from playbooks.tool_source import ToolData
from playbooks.verdict import Verdict
from playbooks.work import Work
from tests.playbooks.velocity_made import NOW, ROLES, TODAY, days_ago, history, made

ABSENT = Verdict.skipped("database development_log", "not configured")


def facts(
    tasks: Sequence[Task],
    kind: PeriodKind = "daily",
    samples: Sequence[Sample] = (),
    *,
    work: Work = Work(),  # noqa: B008 - frozen
    roles: RoleMap = ROLES,
) -> Facts:
    reading = Reading("cache", NOW, len(tasks), complete=True, requests_count=0)
    read = TasksRead(tasks, roles, frozenset({"done", "in_progress", "blocked"}), reading)
    period = period_of(kind, TODAY, None)
    missed = list(period.before())
    material = Material(read, ABSENT, ToolData(samples))
    return facts_of(material, period, work, Bands(), missed=missed)


def calls(tool: str, days_ago: int, *, succeeded: int, failed: int) -> list[Sample]:
    day = TODAY - timedelta(days=days_ago)
    endings = [1.0] * succeeded + [0.0] * failed
    return [Sample(tool, day, None, 1, 400, success) for success in endings]


@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
def test_the_order_of_rows_changes_nothing(kind: PeriodKind) -> None:
    tasks = history(400)

    assert facts(tasks, kind) == facts(tasks[::-1], kind)


def test_the_periods_that_were_missed_add_up_to_what_was_done() -> None:
    tasks = history(400)

    told = facts(tasks, "monthly")

    days = {each.period.whole.first for each in told.missed}
    done = [task for task in tasks if task.completed and task.completed.replace(day=1) in days]
    assert sum(each.totals["completed"] for each in told.missed) == len(done) > 0


def test_a_tool_is_worse_where_chance_does_not_explain_it() -> None:
    before = calls("cursor", 7, succeeded=99, failed=1)

    bad = facts([], samples=[*before, *calls("cursor", 0, succeeded=60, failed=40)])
    few = facts([], samples=[*before, *calls("cursor", 0, succeeded=3, failed=1)])

    assert [(each.tool, each.metric) for each in bad.worse] == [("cursor", "success_rate")]
    assert few.worse == []


def test_points_of_some_tasks_alone_say_of_how_many() -> None:
    in_week = {"created": days_ago(9), "started": days_ago(6), "completed": days_ago(5)}
    pointed = made(0, **in_week)
    told = facts([pointed, *(made(n, story_points=None, **in_week) for n in range(1, 4))], "weekly")

    assert counted_line(told, "completed", told.completed).startswith("4 (3 points from 1 of 4 ")
    assert told.review is not None
    assert "points a week from 1 of 4 tasks" in review_line(told.review)
    assert "(3 points)" in counted_line(facts([pointed], "weekly"), "completed", ())


@pytest.mark.parametrize(
    ("weekdays", "unit"),
    [
        pytest.param((0, 1, 2, 3, 4), "working days", id="five-days"),
        pytest.param(tuple(range(7)), "calendar days", id="seven-days"),
    ],
)
def test_durations_are_in_the_days_that_the_team_counts(
    weekdays: tuple[int, ...], unit: str
) -> None:
    roles_without_due = {name: each for name, each in ROLES.filled.items() if name != "due"}
    in_week = {"created": days_ago(60), "completed": days_ago(5)}
    done = [made(n, started=days_ago(n + 5), **in_week) for n in range(20)]
    work = Work(WorkDays(weekdays=weekdays))

    told = facts(done, "weekly", work=work, roles=RoleMap(roles_without_due, (), ()))

    assert told.review is not None
    assert unit in overdue_line(told.now, told.period)
    assert unit in review_line(told.review)


def test_nothing_at_all_is_told_as_nothing() -> None:
    told = facts([])

    assert (told.completed, told.ai, told.entries, told.trend) == ([], None, None, None)
    assert (told.now.open_count, told.now.blocked) == (0, [])
