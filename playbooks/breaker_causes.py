"""Circuit breakers that keep calls from Notion."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from playbooks.causes import Cause
from playbooks.records import BreakerState


def breaker_causes(breakers: Sequence[BreakerState], now: datetime) -> Iterator[Cause]:
    """A cause for each breaker that is not closed."""
    for breaker in breakers:
        if breaker.state == "closed":
            continue
        until = "" if breaker.until is None else f" until {breaker.until:%H:%M:%S} UTC"
        minutes = (now - breaker.since).total_seconds() / 60
        told = f"{breaker.state.replace('_', ' ')} for {minutes:.0f} minutes{until}"
        refused = breaker.state == "refused"
        yield Cause(
            "breaker_open",
            (told, breaker.reason),
            "Notion refuses the token: correct it, then call health_check."
            if refused
            else "Calls are held back until Notion answers again: wait, and read what is kept.",
            about=breaker.group.replace(" ", "_"),
            severity="critical" if refused else "warning",
        )
