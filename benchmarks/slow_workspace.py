"""A workspace with known causes of slowness, behind a network whose time is an injected clock.

Latency is added to that clock, never waited for, and drawn from a log-normal distribution; what
429s do comes from the embedded workspace's own plan of faults.
"""

import math
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from server.workspace.core import JSON, Actor, Workspace

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
P95_TO_MEDIAN = 1.8
"""As measured on Notion (docs/embedded-workspace.md, the plan `slow`)."""

BATCH_ROWS_COUNT = 1_000
_SPREAD = math.log(P95_TO_MEDIAN) / 1.645


class Time:
    """Time that passes only when somebody says so."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self.now_s

    def clock(self) -> datetime:
        """The same as an instant."""
        return NOON + timedelta(seconds=self.now_s)

    async def sleep(self, wait_s: float) -> None:
        """Let that much time pass at once."""
        self.now_s += wait_s


@dataclass(slots=True)
class Latency(httpx.AsyncBaseTransport):
    """Adds to the clock what each answer took: a median in milliseconds, for some queries another.

    `slow_ms` by data source; `heavy_ms` too, but not where the query asks for some properties.
    """

    inner: httpx.AsyncBaseTransport
    time: Time
    chance: random.Random
    usual_ms: float
    slow_ms: Mapping[str, float] = field(default_factory=dict[str, float])
    heavy_ms: Mapping[str, float] = field(default_factory=dict[str, float])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, later."""
        response = await self.inner.handle_async_request(request)
        self.time.now_s += self._drawn_ms(request.url) / 1000
        return response

    def _drawn_ms(self, url: httpx.URL) -> float:
        own_ms = self.slow_ms
        if "filter_properties" not in url.params:
            own_ms = {**self.slow_ms, **self.heavy_ms}
        found = (own_ms[part] for part in url.path.split("/") if part in own_ms)
        median_ms = next(found, self.usual_ms) if url.path.endswith("/query") else self.usual_ms
        return median_ms * math.exp(self.chance.gauss(0, _SPREAD))


@dataclass(frozen=True, slots=True)
class Made:
    """A filled workspace: its file, a token, and the data source of each name."""

    path: Path
    token: str
    sources: Mapping[str, str] = field(default_factory=dict[str, str])


def make(
    path: Path, *, rows_counts: Mapping[str, int], heavy: str, tell: Callable[[str], None]
) -> Made:
    """A workspace with a database of each name; `heavy` gets rollups and formulas besides."""
    workspace = Workspace.open(path, clock=lambda: NOON)
    try:
        ada = Actor(workspace.add_person("Ada", "ada@example.org"), "person")
        token = f"ntn_{secrets.token_hex(16)}"
        bot_id = workspace.add_bot("Benchmark", token=token)
        root = workspace.perform("POST", "/v1/pages", _root(), actor=ada)
        workspace.share(root["id"], bot_id)
        sources: dict[str, str] = {}
        for name, count in rows_counts.items():
            made = workspace.perform("POST", "/v1/databases", _table(root["id"], name), actor=ada)
            sources[name] = made["data_sources"][0]["id"]
            _fill(workspace, ada, sources[name], count, tell)
        for change in _heavy(sources[heavy]):
            path_of = f"/v1/data_sources/{sources[heavy]}"
            workspace.perform("PATCH", path_of, {"properties": change}, actor=ada)
    finally:
        workspace.close()
    return Made(path, token, sources)


def _root() -> JSON:
    return {"parent": {"workspace": True}, "properties": {"title": {"title": _text("Root")}}}


def _table(root_id: str, name: str) -> JSON:
    properties: JSON = {"Name": {"title": {}}, "Points": {"number": {}}, "Note": {"rich_text": {}}}
    return {
        "parent": {"page_id": root_id},
        "title": _text(name),
        "initial_data_source": {"properties": properties},
    }


def _heavy(source: str) -> tuple[JSON, ...]:
    """A relation of the table to itself, then what is computed over it."""
    related: JSON = {"Parts": {"relation": {"data_source_id": source, "single_property": {}}}}
    rollup = {"relation_property_name": "Parts", "rollup_property_name": "Points"}
    computed = {f"Sum {n}": {"rollup": {**rollup, "function": "sum"}} for n in range(3)}
    formulas = {f"Twice {n}": {"formula": {"expression": 'prop("Points") * 2'}} for n in range(2)}
    return (related, {**computed, **formulas})


def _fill(
    workspace: Workspace, ada: Actor, source: str, count: int, tell: Callable[[str], None]
) -> None:
    for first in range(0, count, BATCH_ROWS_COUNT):
        tell(f"{first} of {count} rows")
        with workspace.transaction():
            for number in range(first, min(first + BATCH_ROWS_COUNT, count)):
                at = NOON - timedelta(days=30) + timedelta(seconds=60 * number)
                workspace.perform("POST", "/v1/pages", _row(source, number), actor=ada, at=at)


def _row(source: str, number: int) -> JSON:
    return {
        "parent": {"data_source_id": source},
        "properties": {
            "Name": {"title": _text(f"Row {number}")},
            "Points": {"number": number},
            "Note": {"rich_text": _text("as it was agreed")},
        },
    }


def _text(content: str) -> list[Any]:
    return [{"text": {"content": content}}]
