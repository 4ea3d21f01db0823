"""Recorded readings of a data source, the same ones in every run."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from playbooks.cache_replay import fetches
from playbooks.records import CallRecord


def poisson(start: datetime, *, every_s: float, hours: float, seed: int = 1) -> list[datetime]:
    """Instants of a Poisson process, before those hours end; a seed gives the same ones again."""
    chance, end = Random(seed), start + timedelta(hours=hours)
    instants, at = list[datetime](), start
    while (at := at + timedelta(seconds=chance.expovariate(1 / every_s))) < end:
        instants.append(at)
    return instants


def readings(
    instants: Sequence[datetime],
    *,
    ttl_s: float,
    data_source_id: str = "d",
    connection: str | None = None,
) -> list[CallRecord]:
    """What the mirror records of those readings at that TTL; each is done at once."""
    fetched = set(fetches(instants, ttl_s))
    return [
        CallRecord(
            at=at,
            method="READ",
            endpoint="mirror",
            status=200,
            total_ms=0,
            data_source_id=data_source_id,
            cache="miss" if at in fetched else "hit",
            connection=connection,
        )
        for at in instants
    ]


def seen(edits: Sequence[datetime], instants: Sequence[datetime], ttl_s: float) -> list[datetime]:
    """When the refreshes of those readings saw the edits: at the first one after each."""
    fetched = fetches(instants, ttl_s)
    return sorted({next(at for at in fetched if at > edit) for edit in edits if edit < fetched[-1]})
