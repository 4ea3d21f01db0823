"""Recorded calls as the tests of the diagnosis tell them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from playbooks.cache_replay import MIRROR
from playbooks.call_patterns import QUERY
from playbooks.records import CallRecord

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCE = "393abc1e-edcd-80f3-813b-e205934558c6"
NAMES = {SOURCE: "task_management"}


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def call(seconds: float = 0, **more: Any) -> CallRecord:
    """One answered page of 100 rows of the tasks."""
    usual = CallRecord(
        at=at(seconds),
        method="POST",
        endpoint=QUERY,
        status=200,
        total_ms=100,
        network_ms=100,
        server_ms=100,
        data_source_id=SOURCE,
        rows_count=100,
        page_size=100,
        has_more=True,
        filtered=False,
        narrowed=False,
        response_bytes=100_000,
        run_id="run",
    )
    return replace(usual, **more)


def reading(run_id: str, pages_count: int, start: float = 0, **more: Any) -> list[CallRecord]:
    """One whole reading of the tasks, page by page."""
    last = pages_count - 1
    return [
        call(start + n, run_id=run_id, **{"has_more": n != last, **more})
        for n in range(pages_count)
    ]


def page_read(number: int, **more: Any) -> CallRecord:
    unknown: dict[str, Any] = dict.fromkeys(
        ("data_source_id", "rows_count", "page_size", "has_more", "filtered", "narrowed")
    )
    told = {"method": "GET", "endpoint": "/v1/pages/{page_id}", "object_id": f"page {number}"}
    return call(number, **{**unknown, **told, **more})


def mirror_read(seconds: float, cache: str, **more: Any) -> CallRecord:
    told = {"method": "READ", "endpoint": MIRROR, "cache": cache, "status": None, "total_ms": 0}
    return call(seconds, **{**told, **more})


def mirror_reads(every_s: float, hits: Sequence[bool]) -> list[CallRecord]:
    return [mirror_read(n * every_s, "hit" if hit else "miss") for n, hit in enumerate(hits)]
