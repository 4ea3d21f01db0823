"""Through the real mirror and store: the sample workspace, and tables made for a question."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from playbooks.arguments import PeriodKind
from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import ConfigurationInvalid
from playbooks.periodic_answer import in_short
from playbooks.periodic_report import periodic_report
from playbooks.report import Report
from playbooks.usage import UsageRecord
from playbooks.velocity_question import QuestionInvalid
from server.workspace.core import JSON
from server.workspace.effects import Failed
from server.workspace.faults import FaultRule
from tests.journeys.house import tokens_count
from tests.server.notion.mirroring import Table, open_table
from tools.boundary import answer

SCHEMA: Mapping[str, JSON] = {
    "Name": {"title": {}},
    "Status": {"status": {}},
    "Started": {"date": {}},
    "Completed": {"date": {}},
    "Due date": {"date": {}},
    "Story points": {"number": {}},
}


@dataclass
class Made:
    """A table of tasks alone, and a desk that reads it on the table's clock."""

    desk: Desk
    table: Table

    @property
    def today(self) -> date:
        return self.table.watch.now.date()

    def add_done(self, day: date, count: int = 1) -> None:
        with self.table.workspace.transaction():
            for number in range(count):
                self.table.add(f"Done {day} {number}", **_done(day))

    async def report(self, kind: PeriodKind = "daily", **asked: Any) -> Report:
        return await periodic_report(self.desk, kind, **asked)

    async def later_report(self, days: float, **asked: Any) -> Report:
        """After so many days have gone by."""
        self.table.watch.advance(days=days)
        return await self.report(**asked)


def _done(day: date) -> JSON:
    status = {"Status": {"status": {"name": "Done"}}, "Story points": {"number": 2}}
    return {**status, "Started": _on(day), "Completed": _on(day)}


def _on(day: date) -> JSON:
    return {"date": {"start": day.isoformat()}}


@pytest.fixture
async def made(desk: Desk, tmp_path: Path) -> AsyncGenerator[Made]:
    (tmp_path / "made").mkdir()
    async with open_table(tmp_path / "made", schema=dict(SCHEMA)) as table:
        connection = replace(
            desk.connection, databases={"task_management": DatabaseSetting(id=table.id)}
        )
        yield Made(
            replace(desk, mirror=table.mirror, connection=connection, clock=table.watch), table
        )


def gate(report: Report, name: str) -> str:
    return next(gate.reason for gate in report.gates if gate.name == name)


def found(report: Report) -> set[str]:
    return {finding.id.removeprefix("periodic_report.") for finding in report.findings}


@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
async def test_an_answer_is_short_and_a_full_one_bounded(desk: Desk, kind: PeriodKind) -> None:
    report = await periodic_report(desk, kind)

    assert tokens_count(answer(in_short(report), "compact").structured_content) <= 1500
    assert tokens_count(answer(report, "full").structured_content) <= 20_000
    assert "https://www.notion.so/" in report.summary
    assert report.coverage.complete


async def test_the_month_of_the_sample_has_trend_velocity_and_ai_usage(desk: Desk) -> None:
    report = await periodic_report(desk, "monthly", day=date(2026, 10, 5))

    measured = report.measurements
    assert (measured["since"], measured["until"]) == ("2026-10-01", "2026-10-31")
    assert measured["state"] == "final"
    assert int(measured["completed_count"] or 0) > 20
    assert measured["trend_direction"] == "no_evidence"
    assert float(measured["ai_cost"] or 0) > 0
    assert "`continue`" in gate(report, "AI tools")
    assert measured["log_entries_count"] is not None


async def test_the_bad_week_of_a_tool_is_out_of_the_ordinary_and_a_warning(desk: Desk) -> None:
    days = [date(2026, 11, 16) - timedelta(weeks=number) for number in range(4)]
    reports = [await periodic_report(desk, "weekly", day=day) for day in days]

    told = [gate(report, "deviations") for report in reports if report.status == "warning"]
    assert any("success rate of `continue` is worse" in reason for reason in told)


async def test_the_figures_of_a_day_stand_beside_the_same_weekday(made: Made) -> None:
    made.table.add("Old", Started=_on(made.today - timedelta(days=70)))
    for weeks in range(1, 9):
        made.add_done(made.today - timedelta(weeks=weeks), weeks % 3 + 1)
    made.add_done(made.today - timedelta(days=1), 5)
    made.add_done(made.today, 9)

    report = await made.report()

    measured = report.measurements
    assert measured["completed_count"] == 9
    assert measured["completed_points"] == 18
    assert (measured["previous_completed_count"], measured["usual_completed_count"]) == (2, 2)
    assert "completed 9 is far above the usual 2" in gate(report, "deviations")
    assert f"{made.today:%A}" in gate(report, "completed")
    assert measured["state"] == "so_far"


async def test_a_period_before_the_first_record_is_no_period_to_compare_with(made: Made) -> None:
    made.add_done(made.today, 3)

    report = await made.report()

    assert report.measurements["previous_completed_count"] is None
    assert "nothing to compare it with yet" in gate(report, "completed")


async def test_what_is_past_its_due_date_and_open_is_overdue(made: Made) -> None:
    late = made.table.add("Late", **{"Due date": _on(made.today - timedelta(days=1))})
    made.table.add("Due today", **{"Due date": _on(made.today)})
    done = {"Status": {"status": {"name": "Done"}}}
    made.table.add("Done late", **{"Due date": _on(made.today - timedelta(days=1))}, **done)

    report = await made.report()

    assert report.measurements["overdue_count"] == 1
    assert report.measurements["running_long_count"] is None
    assert late.replace("-", "") in gate(report, "overdue")


async def test_without_due_dates_nothing_is_overdue_and_today_is_said_of_a_month_that_is_over(
    desk: Desk,
) -> None:
    report = await periodic_report(desk, "monthly", day=date(2026, 10, 5))

    today = desk.work.days.local_day(desk.clock())
    assert f"now ({today}) in progress for more than p85" in gate(report, "running long")
    assert f"now ({today})" in gate(report, "blocked")
    assert "overdue" not in report.summary
    assert report.measurements["overdue_count"] is None
    assert int(report.measurements["running_long_count"] or 0) > 0
    assert "running_long" in found(report)
    assert " USD (" in gate(report, "AI tools")


async def test_only_a_running_period_has_what_stands_today_in_its_headline(made: Made) -> None:
    made.table.add("Late", **{"Due date": _on(made.today - timedelta(days=1))})

    running = await made.report()
    over = await made.report(day=made.today - timedelta(days=1))

    assert "1 overdue" in running.headline
    assert "overdue" not in over.headline


async def test_a_database_or_property_that_is_missing_is_named_and_its_figures_null(
    made: Made,
) -> None:
    report = await made.report()

    measured = report.measurements
    for name in ("log_entries_count", "ai_calls_count", "ai_cost", "blocked_count"):
        assert measured[name] is None
    (not_told,) = [each for each in report.findings if each.id == "periodic_report.not_told"]
    assert "log_entries_count" in not_told.what
    assert any("development_log" in line for line in not_told.evidence)
    assert report.status == "ok"


async def test_a_period_that_is_over_is_reported_once_until_a_refresh(made: Made) -> None:
    day = made.today - timedelta(days=1)
    made.add_done(day, 2)

    first = await made.report(day=day)
    made.add_done(day)
    again = await made.later_report(2, day=day)
    anew = await made.report(day=day, refresh=True)

    assert first.measurements["state"] == "final"
    assert again.measurements == first.measurements
    assert (again.source, again.age_s) == ("cache", 2 * 86_400)
    assert "refresh=true" in again.next_actions[-1]
    assert anew.run_id == again.run_id == first.run_id
    assert anew.measurements["completed_count"] == 3


async def test_a_running_day_is_made_anew_and_replaces_itself(made: Made) -> None:
    first = await made.report()
    made.add_done(made.today)
    later = await made.later_report(0.1)

    assert later.run_id == first.run_id
    assert later.measurements["completed_count"] == 1
    assert await made.desk.store.run(first.run_id) == later


async def test_after_days_off_each_day_since_the_last_report_is_told(made: Made) -> None:
    monday = made.today
    await made.report(day=monday - timedelta(days=1))
    made.add_done(monday, 2)
    made.add_done(monday + timedelta(days=2), 1)

    report = await made.later_report(4)

    assert report.measurements["caught_up_count"] == 4
    told = gate(report, "caught up")
    assert f"Monday {monday}: 2 completed, 2 started" in told
    assert f"Tuesday {monday + timedelta(days=1)}: nothing" in told
    assert (await made.report()).measurements == report.measurements


async def test_a_day_told_before_it_was_over_is_told_again(made: Made) -> None:
    monday = made.today
    await made.report()
    made.add_done(monday, 3)

    report = await made.later_report(1)

    assert report.measurements["caught_up_count"] == 1
    assert f"Monday {monday}: 3 completed" in gate(report, "caught up")


async def test_without_an_earlier_report_there_is_nothing_to_catch_up_with(made: Made) -> None:
    report = await made.report()

    assert report.measurements["caught_up_count"] == 0
    assert "caught up" not in {gate.name for gate in report.gates}


async def test_rows_from_before_the_end_make_no_final_report(made: Made) -> None:
    day = made.today
    made.add_done(day)
    await made.report()
    made.table.watch.advance(days=1)
    made.table.workspace.faults.set(FaultRule(Failed(500)))

    stale = await made.report(day=day)
    made.table.workspace.faults.clear()
    final = await made.later_report(1, day=day)

    assert stale.measurements["state"] == "provisional"
    assert "stale.task_management" in found(stale)
    assert final.measurements["state"] == "final"


async def test_calls_of_this_server_are_told_apart_from_ai_tools(made: Made) -> None:
    calls = [
        UsageRecord("own", "mcp_server", made.table.watch.now, made.today, 7, 40, True),
        UsageRecord("ai", "cursor", made.table.watch.now, made.today, 3, 400, True, 100, 0.5),
    ]
    await made.desk.usage.record(calls)

    report = await made.later_report(0.01)

    measured = report.measurements
    assert (measured["ai_calls_count"], measured["own_calls_count"]) == (3, 7)
    assert (measured["ai_tokens_count"], measured["ai_cost"]) == (100, 0.5)
    assert ". Own server apart: `mcp_server` 7" in gate(report, "AI tools")


async def test_hostile_titles_stay_data(made: Made) -> None:
    made.table.add("`x` [go](http://evil.test)\u202e", Started=_on(made.today))

    report = in_short(await made.report())

    assert "`'x' [go](http://evil.test)`" in report.summary
    assert "\u202e" not in report.summary


async def test_with_nobody_to_ask_the_answer_is_unknown_and_replaces_nothing(made: Made) -> None:
    kept = await made.report()
    report = await periodic_report(replace(made.desk, notion=None, mirror=None))

    assert report.status == "unknown"
    assert report.run_id != kept.run_id
    assert "health_check" in report.next_actions[0]


async def test_a_day_in_the_future_is_refused(desk: Desk) -> None:
    with pytest.raises(QuestionInvalid):
        await periodic_report(desk, day=desk.clock().date() + timedelta(days=1))


async def test_a_wrong_configuration_is_told(desk: Desk) -> None:
    wrong = replace(desk, configuration=replace(desk.configuration, mistakes=("line 1",)))

    with pytest.raises(ConfigurationInvalid):
        await periodic_report(wrong)
