"""Which backups are kept: grandfather, father, son, as restic reads it; pure.

Newest to oldest, each rule keeps the newest of every new day, week, month or year until it has
kept its number; what any rule keeps is kept. A backup that failed its last check takes nobody's
place. The newest verified one is always kept, whatever is newer than it, and what is not two days
older than the newest: a plan to restore it may be waiting.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from playbooks.backup_policy import Keep
from playbooks.snapshot import Snapshot

_Bucket: TypeAlias = Callable[[date], Hashable]

_RECENT: Final = timedelta(days=2)

_DAY: Final[_Bucket] = date.toordinal
_WEEK: Final[_Bucket] = lambda day: day.isocalendar()[:2]  # noqa: E731 - beside its like
_MONTH: Final[_Bucket] = lambda day: (day.year, day.month)  # noqa: E731
_YEAR: Final[_Bucket] = lambda day: day.year  # noqa: E731


def retained(days: Sequence[date], keep: Keep) -> frozenset[int]:
    """The places of those that are kept in `days`, which are in order, newest first."""
    rules = ((_DAY, keep.daily), (_WEEK, keep.weekly), (_MONTH, keep.monthly), (_YEAR, keep.yearly))
    return frozenset(place for bucket, most in rules for place in _newest(days, bucket, most))


def _newest(days: Sequence[date], bucket: _Bucket, most: int) -> list[int]:
    first: dict[Hashable, int] = {}
    for place, day in enumerate(days):
        first.setdefault(bucket(day), place)
    return list(first.values())[:most]


def removable(
    snapshots: Sequence[Snapshot], keep: Keep, day_of: Callable[[datetime], date]
) -> tuple[Snapshot, ...]:
    """Those that no rule keeps, newest first; none while nothing is verified."""
    by_age = sorted(snapshots, key=lambda each: each.manifest.started_at, reverse=True)
    verified = [place for place, each in enumerate(by_age) if each.verified()]
    if not verified:
        return ()
    sound = [each for each in by_age if not _failed(each)]
    days = [day_of(each.manifest.started_at) for each in sound]
    kept = {sound[place].id for place in retained(days, keep)}
    kept |= {each.id for each in by_age[: verified[0] + 1]}
    recent = by_age[0].manifest.started_at - _RECENT
    kept |= {each.id for each in by_age if each.manifest.started_at > recent}
    return tuple(each for each in by_age if each.id not in kept)


def _failed(snapshot: Snapshot) -> bool:
    return bool(snapshot.checks) and not snapshot.checks[-1].passed
