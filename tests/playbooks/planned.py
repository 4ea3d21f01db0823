"""A desk whose recorded traffic asks for another lifetime, and what happens to it later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playbooks.desk import Desk
from playbooks.errors import NothingKept, NotionError
from playbooks.objects import DataSource
from playbooks.plan import Plan
from playbooks.plan_change import plan_change
from playbooks.ports import Progress, Store, View
from playbooks.records import Strategy
from server.store.sql import SqlStore
from tests.playbooks.traffic_made import poisson, readings

TASKS = "d"
TARGET = f"mirror.ttl_s.{TASKS}"
HOURS = 48.0


class EmptyMirror:
    """A mirror that holds nothing; every lifetime is the configured one."""

    def attributed(self, procedure: str, run_id: str) -> "EmptyMirror":
        del procedure, run_id
        return self

    async def open(
        self,
        data_source_id: str,
        *,
        strategy: Strategy = "FRESH",
        progress: Progress | None = None,
        stale_because: NotionError | None = None,
    ) -> View:
        del strategy, progress, stale_because
        raise NothingKept(data_source_id)

    async def forget(self, row_id: str) -> None:
        del row_id

    async def reread(self, row_id: str) -> None:
        del row_id

    async def kept(self) -> tuple[DataSource, ...]:
        return ()

    async def ttl_s(self, data_source_id: str) -> float:
        del data_source_id
        return 60


async def url_of(store: Store) -> str:
    """Where a second store finds the same rows."""
    assert isinstance(store, SqlStore)
    return await store.perform(lambda engine: str(engine.url))


@dataclass(slots=True)
class Office:
    """The desk at an instant that a test moves."""

    desk: Desk
    now: datetime

    @classmethod
    def opened(cls, desk: Desk) -> "Office":
        office = cls(desk, desk.clock())
        office.desk = replace(desk, mirror=EmptyMirror(), clock=lambda: office.now)
        return office

    def pass_time(self, **of_timedelta: float) -> None:
        self.now += timedelta(**of_timedelta)

    async def record(self, *, ttl_s: float, start: datetime, hours: float = HOURS) -> None:
        """Readings about every five minutes from `start` on, as the mirror records them."""
        await self.record_at(poisson(start, every_s=300, hours=hours), ttl_s=ttl_s)

    async def record_at(self, instants: Sequence[datetime], *, ttl_s: float) -> None:
        key = self.desk.connection.key
        calls = readings(instants, ttl_s=ttl_s, data_source_id=TASKS, connection=key)
        await self.desk.store.record_calls(calls)

    async def plan(self) -> Plan:
        """A plan that traffic of two days at 60 s leads to."""
        await self.record(ttl_s=60, start=self.now - timedelta(hours=HOURS))
        report = await plan_change(self.desk, "optimize", actor="test 1")
        return await self.kept(str(report.measurements["plan_id"]))

    async def kept(self, plan_id: str) -> Plan:
        plan = await self.desk.store.plan(plan_id)
        assert plan is not None
        return plan
