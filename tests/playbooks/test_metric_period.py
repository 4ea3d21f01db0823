from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from playbooks.days import WorkDays
from playbooks.metric_period import MetricPeriod, PeriodInvalid, metric_period_of

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
BRUSSELS = WorkDays("Europe/Brussels")


def period(count: int = 7, since: str | None = None, until: str | None = None) -> MetricPeriod:
    return metric_period_of(NOW, BRUSSELS, count=count, since=since, until=until)


def test_one_day_is_today_in_the_zone() -> None:
    today = period(1)

    assert today.start == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert today.end == NOW
    assert str(today) == "2026-03-30 to 2026-03-30"


def test_the_period_before_has_the_same_days_and_times_across_a_change_of_clocks() -> None:
    before = period(7).before()

    assert (before.first_day, before.last_day) == (date(2026, 3, 17), date(2026, 3, 23))
    assert before.start == datetime(2026, 3, 16, 23, tzinfo=UTC)
    assert before.end == datetime(2026, 3, 23, 13, tzinfo=UTC)


def test_a_day_as_until_is_included_and_an_instant_is_not() -> None:
    days = period(since="2026-03-01", until="2026-03-02")
    instants = period(since="2026-03-01T00:00:00+01:00", until="2026-03-03T00:00:00+01:00")

    assert (days.start, days.end) == (instants.start, instants.end)
    assert days.holds(date(2026, 3, 2))
    assert not days.holds(date(2026, 3, 3))
    assert not days.holds(days.end)
    assert days.holds(days.end - timedelta(seconds=1))


@pytest.mark.parametrize("until", ["2030-01-01", "9999-12-31"])
def test_the_future_is_cut_off(until: str) -> None:
    assert period(until=until, since="2026-03-01").end == NOW


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        pytest.param("last week", None, "ISO 8601", id="words"),
        pytest.param("2026-03-01T00:00:00", None, "ISO 8601", id="no-zone"),
        pytest.param(None, "0001-01-01", "ends before 1970", id="first-day-of-all"),
        pytest.param("2026-03-02", "2026-03-01", "ends before it begins", id="backwards"),
        pytest.param("2031-01-01", None, "`since` lies in the future", id="in-the-future"),
        pytest.param("2020-01-01", None, "longer than 400 days", id="too-long"),
    ],
)
def test_what_is_no_period_is_refused(since: str | None, until: str | None, says: str) -> None:
    with pytest.raises(PeriodInvalid, match=says):
        period(since=since, until=until)


def test_another_day_than_the_one_just_before_begins_the_period_before() -> None:
    this_week = replace(period(1, until="2026-03-24"), before_first_day=date(2026, 3, 17))

    assert str(this_week.before()) == "2026-03-17 to 2026-03-17"
    assert this_week.told(compared=True) == (
        "2026-03-24 to 2026-03-24 (before: 2026-03-17 to 2026-03-17)"
    )
