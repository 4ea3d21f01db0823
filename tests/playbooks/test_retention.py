from datetime import UTC, date, datetime, timedelta

from playbooks.backup_policy import Keep
from playbooks.retention import removable, retained
from playbooks.snapshot import Check, Manifest, Snapshot

LAST = date(2026, 8, 22)
GOLDEN = [
    "2026-08-22",
    "2026-08-21",
    "2026-08-20",
    "2026-08-19",
    "2026-08-18",
    "2026-08-17",
    "2026-08-16",
    "2026-08-09",
    "2026-08-02",
    "2026-07-31",
    "2026-06-30",
    "2026-05-31",
    "2026-04-30",
    "2026-03-31",
    "2026-02-28",
    "2026-01-31",
    "2025-12-31",
    "2025-11-30",
    "2025-10-31",
    "2025-09-30",
    "2024-12-31",
]
"""What restic keeps of 600 days with 7 daily, 4 weekly, 12 monthly and 3 yearly."""


def made(day: date, *, hour: int = 3, passed: bool | None = True) -> Snapshot:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    name = f"backup_{at:%Y%m%dT%H}"
    manifest = Manifest(
        id=name,
        connection="c",
        workspace="w",
        tool_version="1",
        api_version="1",
        mode="full",
        base_id=None,
        started_at=at,
        full_at=at,
        finished_at=at,
        content=True,
        encrypted=False,
        requests_count=0,
        counts={},
        edited_meanwhile_count=0,
        files=(),
    )
    checks = () if passed is None else (Check(name, 1, at, passed=passed, says="", duration_s=0),)
    return Snapshot(manifest, "hash", 0, checks)


def kept_days(snapshots: list[Snapshot]) -> list[date]:
    gone = removable(snapshots, Keep(), lambda at: at.date())
    return [each.manifest.started_at.date() for each in snapshots if each not in gone]


def test_six_hundred_days_leave_the_twenty_one_of_the_golden_list() -> None:
    days = [LAST - timedelta(days=number) for number in range(600)]

    kept = [days[place] for place in sorted(retained(days, Keep()))]

    assert [day.isoformat() for day in kept] == GOLDEN
    assert [day.isoformat() for day in kept_days([made(day) for day in days])] == GOLDEN


def test_pruning_day_by_day_ends_as_pruning_once() -> None:
    kept: list[Snapshot] = []
    for number in range(599, -1, -1):
        kept = [made(LAST - timedelta(days=number)), *kept]
        gone = removable(kept, Keep(), lambda at: at.date())
        kept = [each for each in kept if each not in gone]

    assert [each.manifest.started_at.date().isoformat() for each in kept] == GOLDEN


def test_of_one_day_the_newest_is_kept() -> None:
    day = LAST - timedelta(days=3)
    morning, evening = made(day, hour=6), made(day, hour=18)

    assert removable([made(LAST), morning, evening], Keep(), lambda at: at.date()) == (morning,)


def test_those_of_the_last_two_days_are_kept_however_many() -> None:
    hourly = [made(LAST, hour=hour) for hour in range(24)]

    assert removable(hourly, Keep(), lambda at: at.date()) == ()


def test_the_last_verified_one_is_never_removed_nor_what_is_newer() -> None:
    verified = made(LAST - timedelta(days=40), hour=3)
    same_day = made(LAST - timedelta(days=40), hour=4, passed=None)
    newest = made(LAST, passed=False)

    gone = removable([newest, same_day, verified], Keep(1, 0, 0, 0), lambda at: at.date())

    assert gone == ()


def test_nothing_is_removed_while_nothing_is_verified() -> None:
    snapshots = [made(LAST - timedelta(days=n), passed=False) for n in range(30)]

    assert removable(snapshots, Keep(1, 0, 0, 0), lambda at: at.date()) == ()


def test_a_failed_one_takes_nobodys_place() -> None:
    day = LAST - timedelta(days=3)
    good, bad = made(day, hour=3), made(day, hour=9)
    failed = made(day, hour=9, passed=False)
    newest = made(LAST)

    assert removable([newest, bad, good], Keep(), lambda at: at.date()) == (good,)
    assert removable([newest, failed, good], Keep(), lambda at: at.date()) == (failed,)
