"""Instants are milliseconds since 1970 inside, and written as each kind of object writes them."""

from datetime import UTC, date, datetime, timedelta

MINUTE_MS = 60_000
DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: date | datetime) -> int:
    """Milliseconds since 1970; a day counts from its midnight in UTC."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(instant_ms: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(milliseconds=instant_ms)


def minute(instant_ms: int) -> str:
    """As pages, blocks and data sources show it: cut to the minute."""
    return from_ms(instant_ms).strftime("%Y-%m-%dT%H:%M:00.000Z")


def exact(instant_ms: int) -> str:
    """As databases show it: full milliseconds with an offset."""
    return from_ms(instant_ms).isoformat(timespec="milliseconds")


def cut(instant_ms: int) -> int:
    """The beginning of its minute."""
    return instant_ms - instant_ms % MINUTE_MS
