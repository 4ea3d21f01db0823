"""Circuit breakers that keep calls from Notion."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from playbooks.causes import Cause
from playbooks.records import BreakerState


def holding(breakers: Sequence[BreakerState], now: datetime) -> list[BreakerState]:
    """Those that keep calls back at `now`, and those that saw the token refused last."""
    return [
        each
        for each in breakers
        if each.state == "refused"
        or (each.state == "open" and (each.until is None or each.until > now))
    ]


def breaker_causes(breakers: Sequence[BreakerState], now: datetime) -> Iterator[Cause]:
    """A cause for each breaker that keeps calls back."""
    for breaker in holding(breakers, now):
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
