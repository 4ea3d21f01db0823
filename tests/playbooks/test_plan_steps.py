"""Canary, failures, conflicts, scale and interruption, with plans over our own settings."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import Engine, event

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.bands import Bands
from playbooks.desk import Desk
from playbooks.errors import PlanUnusable, RequestRefused, StoreUnusable
from playbooks.plan import Change, Plan, Step
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Draft, Request
from playbooks.plan_steps import Verdict, verdict
from playbooks.planning import cut_to_size, make_plan
from playbooks.report import Report
from server.store.sql import SqlStore
from tests.playbooks.planned import url_of


class Wilful(SqlStore):
    """A store that does not do what it is told of some settings."""

    ignored: Collection[str] = ()
    refused: Collection[str] = ()
    down_after_count: int | None = None
    steps_fail_after_count: int | None = None

    async def tune(self, changes: Mapping[str, float | None]) -> None:
        (name,) = changes
        if self.down_after_count is not None:
            self.down_after_count -= 1
            if self.down_after_count < 0:
                raise StoreUnusable("here", "no room left")
        if name in self.refused and changes[name] is not None:
            raise RequestRefused(400, "validation_error")
        if name not in self.ignored:
            await super().tune(changes)

    async def add_step(self, plan_id: str, number: int, step: Step, *, turn: str) -> bool:
        if number == self.steps_fail_after_count:
            raise StoreUnusable("here", "cut off")
        return await super().add_step(plan_id, number, step, turn=turn)


@dataclass(slots=True)
class Bench:
    """A desk whose plans change as many settings as a test wants."""

    desk: Desk
    store: Wilful = field(init=False)

    async def open(self) -> None:
        self.store = Wilful(await url_of(self.desk.store), clock=self.desk.clock)
        self.desk = replace(self.desk, store=self.store)

    async def approved(self, count: int) -> Plan:
        changes = tuple(
            Change(target=f"setting/{name(number)}", before=None, after=float(number))
            for number in range(count)
        )
        plan = await make_plan(
            self.desk, "undo", Draft("", changes), run_id=self.desk.new_run_id(), actor="test"
        )
        return await approve(self.desk, plan.id, digest=plan.digest, by="terminal", actor="test")

    async def applied(self, count: int) -> Report:
        return await apply_plan(self.desk, (await self.approved(count)).id)

    async def made(self) -> list[str]:
        return sorted(await self.store.tuned())


def name(number: int) -> str:
    return f"test.{number:05}"


def names(numbers: Sequence[int]) -> list[str]:
    return [name(number) for number in numbers]


@pytest.fixture
async def bench(desk: Desk) -> AsyncGenerator[Bench]:
    bench = Bench(desk)
    await bench.open()
    yield bench
    await bench.store.aclose()


A, X, S, F = "applied", "found", "skipped", "failed"


@pytest.mark.parametrize(
    ("steps", "changes_count", "comes"),
    [
        pytest.param([], 10, "go on", id="begin"),
        pytest.param([A, S, S], 10, "go on", id="one-of-three-holds"),
        pytest.param([S, S, S], 10, "canary failed", id="all-of-three-conflict"),
        pytest.param([X, S, X], 10, "go on", id="some-of-three-are-so"),
        pytest.param([X, F], 10, "canary failed", id="one-is-so-and-one-fails"),
        pytest.param([A, F], 10, "canary failed", id="one-of-three-fails"),
        pytest.param([S], 1, "canary failed", id="the-only-one-conflicts"),
        pytest.param([A], 1, "done", id="the-only-one-holds"),
        pytest.param([A, A, A, F, F, F], 10, "go on", id="three-may-fail"),
        pytest.param([A, A, A, F, F, F, F], 10, "too many failed", id="the-fourth-stops"),
        pytest.param([A, A, A, *[F] * 10], 200, "go on", id="a-twentieth-may-fail"),
        pytest.param([A, A, A, *[F] * 11], 200, "too many failed", id="more-may-not"),
        pytest.param([A, A, A, F], 4, "done", id="done-with-a-failure"),
    ],
)
def test_what_comes_next_follows_from_the_steps_so_far(
    steps: list[Step], changes_count: int, comes: Verdict
) -> None:
    assert verdict(steps, changes_count) == comes


async def test_a_canary_that_does_not_stay_is_all_that_was_touched(bench: Bench) -> None:
    bench.store.ignored = [name(2)]

    report = await bench.applied(10)

    assert report.status == "critical"
    assert "taken back" in report.headline
    assert await bench.made() == []
    assert report.coverage.scanned == 3


async def test_a_later_failure_is_taken_back_alone_and_counted(bench: Bench) -> None:
    bench.store.refused = [name(5)]

    report = await bench.applied(10)

    assert (report.status, report.measurements["state"]) == ("warning", "applied")
    assert await bench.made() == names([0, 1, 2, 3, 4, 6, 7, 8, 9])
    assert report.measurements["changes_failed_count"] == 1
    assert "failed and taken back" in [finding.what for finding in report.findings]


async def test_too_many_failures_stop_a_plan_and_what_holds_can_be_undone(bench: Bench) -> None:
    bench.store.refused = names(range(4, 20))

    report = await bench.applied(20)

    assert "too many changes failed" in report.headline
    assert await bench.made() == names(range(4))
    assert "kind=undo" in report.next_actions[1]


async def test_a_conflict_is_left_alone_and_told(bench: Bench) -> None:
    await bench.store.tune({name(4): 99.0})

    report = await bench.applied(6)

    assert (await bench.store.tuned())[name(4)] == 99.0
    told = {finding.what: finding.evidence for finding in report.findings}
    assert told["left alone: it has changed since it was planned"] == (
        f"- {name(4)}: (unset) -> 4",
    )


async def test_an_interrupted_plan_is_gone_on_with_where_it_was(bench: Bench) -> None:
    plan = await bench.approved(10)
    bench.store.down_after_count = 6

    interrupted = await apply_plan(bench.desk, plan.id)
    bench.store.down_after_count = None
    finished = await apply_plan(bench.desk, plan.id)

    assert interrupted.coverage.scanned == 6
    assert finished.measurements["changes_applied_count"] == 10
    assert await bench.made() == names(range(10))


async def test_what_was_so_already_is_not_ours_and_stays_when_the_plan_is_undone(
    bench: Bench,
) -> None:
    plan = await bench.approved(5)
    await bench.store.tune({name(0): 0.0})
    await bench.store.tune({name(3): 3.0})

    report = await apply_plan(bench.desk, plan.id)
    undone = await applied_undo(bench, plan.id)

    assert report.status == "ok"
    assert report.measurements["changes_applied_count"] == 3
    assert report.measurements["changes_found_count"] == 2
    assert undone.measurements["changes_count"] == 3
    assert await bench.made() == names([0, 3])


async def test_a_plan_that_found_everything_so_has_done_nothing(bench: Bench) -> None:
    plan = await bench.approved(2)
    await bench.store.tune({name(0): 0.0})
    await bench.store.tune({name(1): 1.0})

    report = await apply_plan(bench.desk, plan.id)

    assert report.headline == "Nothing was changed: what could be applied was so already."
    with pytest.raises(PlanUnusable, match="Nothing of the plan"):
        await plan_change(bench.desk, "undo", Request(of=plan.id))


async def test_a_write_that_was_cut_off_from_its_step_is_ours_all_the_same(bench: Bench) -> None:
    plan = await bench.approved(4)
    bench.store.steps_fail_after_count = 2

    interrupted = await apply_plan(bench.desk, plan.id)
    bench.store.steps_fail_after_count = None
    report = await apply_plan(bench.desk, plan.id)
    await applied_undo(bench, plan.id)

    assert interrupted.coverage.scanned == 2
    assert report.measurements["changes_applied_count"] == 4
    assert await bench.made() == []


async def test_progress_is_told_step_by_step(bench: Bench) -> None:
    plan = await bench.approved(5)
    told: list[tuple[int, int]] = []

    async def note(done: int, total: int, _: str) -> None:
        told.append((done, total))

    await apply_plan(bench.desk, plan.id, progress=note)

    assert told == [(number, 5) for number in range(1, 6)]


async def statements_of(bench: Bench, count: int) -> tuple[int, int]:
    """How many statements applying takes, and the longest of what is written in one."""
    plan = await bench.approved(count)
    seen: list[int] = []

    def note(_1: Any, _2: Any, statement: str, parameters: Any, *_3: Any) -> None:
        if not statement.startswith("SELECT"):
            seen.append(len(str(parameters)))

    engine = await bench.store.perform(lambda opened: opened)
    event.listen(engine, "before_cursor_execute", note)
    await apply_plan(bench.desk, plan.id)
    event.remove(engine, "before_cursor_execute", note)
    return len(seen), sum(length > 10_000 for length in seen)


async def test_a_step_costs_the_same_however_many_there_are(bench: Bench) -> None:
    few, _ = await statements_of(bench, 10)
    await bench.store.perform(_forget_settings)
    many, large_count = await statements_of(bench, 310)

    assert (many - few) % 300 == 0
    assert large_count <= 4  # the plan as it begins and ends, and the report


def _forget_settings(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tuned")


async def test_an_undo_takes_back_what_stands_and_can_be_undone(bench: Bench) -> None:
    report = await bench.applied(5)
    first = str(report.measurements["plan_id"])
    await bench.store.tune({name(1): 99.0})

    undone = await applied_undo(bench, first)
    after_undo = dict(await bench.store.tuned())
    redone = await applied_undo(bench, str(undone.measurements["plan_id"]))

    assert after_undo == {name(1): 99.0}
    assert undone.measurements["changes_skipped_count"] == 1
    assert await bench.store.tuned() == {
        **{name(number): float(number) for number in (0, 2, 3, 4)},
        name(1): 99.0,
    }
    assert redone.status == "ok"


async def applied_undo(bench: Bench, plan_id: str) -> Report:
    planned = await plan_change(bench.desk, "undo", Request(of=plan_id))
    plan = await bench.store.plan(str(planned.measurements["plan_id"]))
    assert plan is not None
    assert plan.undoes == plan_id
    await approve(bench.desk, plan.id, digest=plan.digest, by="terminal", actor="test")
    return await apply_plan(bench.desk, plan.id)


def test_of_more_changes_than_a_plan_may_have_the_rest_is_told() -> None:
    bands = Bands(plan_most_changes=2, plan_most_restored=3)
    changes = tuple(Change(target=f"cell/{n}/a", before=1, after=2) for n in range(4))
    draft = Draft("Repairs 4.", changes, requests_count=12)

    cut = cut_to_size(draft, "repair", bands)

    assert (cut.changes, cut.requests_count) == (changes[:2], 6)
    assert cut.headline == "Repairs 4. 2 more wait: apply these, then plan again."
    assert len(cut_to_size(draft, "restore", bands).changes) == 3
