"""The rules run over the rows of a database, in one pass and bounded memory."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

from playbooks.aside import Aside, in_place
from playbooks.contract import Contract, default_contract, over_default
from playbooks.databases import DatabaseKey, kind_of
from playbooks.desk import DatabaseSetting, Desk, silent
from playbooks.opened import Opened, open_database
from playbooks.ports import Progress, View
from playbooks.row_cases import cases
from playbooks.row_rules import (
    MOST_KEPT_ROWS,
    Case,
    Checking,
    Failed,
    Failure,
    Outcome,
    Plainly,
    Rule,
    RuleResult,
    Scene,
)
from playbooks.row_rules_all import rule_ids, rules_for
from playbooks.row_rules_distortion import Figures
from playbooks.row_rules_relations import relations_of
from playbooks.row_targets import Back, TargetRows, Targets
from playbooks.rows import Row
from playbooks.tasks import status_meanings
from playbooks.verdict import Verdict

_TOLD_EVERY: Final = 5_000
"""Progress is told after so many rows."""

_PORTION_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Checkup:
    """A database whose rows were checked; `opened.view.reading` says how many it has.

    `figures` are the reports' figures, to be computed with and without rows. `rule_ids` are those
    of all rules, asked for or not. `met_ids` are the rows that were asked for and are there; None
    where all are judged.
    """

    key: DatabaseKey
    opened: Opened
    contract: Contract
    results: Sequence[RuleResult]
    scanned_count: int
    figures: Figures
    rule_ids: tuple[str, ...]
    met_ids: frozenset[str] | None = None

    @property
    def judged_count(self) -> int:
        """How many of the rows were judged."""
        return self.scanned_count if self.met_ids is None else len(self.met_ids)


async def failures(  # noqa: PLR0913 - what a person may ask
    desk: Desk,
    key: DatabaseKey,
    *,
    procedure: str,
    run_id: str,
    rules: Collection[str] = (),
    row_ids: Collection[str] = (),
    progress: Progress = silent,
) -> Checkup | Verdict:
    """Every rule (or those named, with or without the database) over every row (or those).

    The verdict on the database where its rows cannot be had. Each RuleResult has the rule with its
    repair class, and its failures, of which the first MOST_KEPT_ROWS have their values by property
    name: `opened.roles.filled[role]` is the property of a role.
    """
    opened = await open_database(
        desk, kind_of(key), procedure=procedure, run_id=run_id, progress=progress
    )
    if isinstance(opened, Verdict):
        return opened
    scene = await _scene(desk, key, opened, procedure=procedure, run_id=run_id)
    return await check_rows(
        scene,
        opened,
        now=desk.clock(),
        rules=rules,
        row_ids=row_ids,
        progress=progress,
        aside=desk.aside,
    )


async def rules_of(
    desk: Desk, key: DatabaseKey, *, procedure: str, run_id: str
) -> tuple[str, ...] | Verdict:
    """The ids of all rules of the database, those included that the contract switches off."""
    opened = await open_database(
        desk, kind_of(key), procedure=procedure, run_id=run_id, progress=silent
    )
    if isinstance(opened, Verdict):
        return opened
    return rule_ids(await _scene(desk, key, opened, procedure=procedure, run_id=run_id))


async def check_rows(  # noqa: PLR0913 - as above
    scene: Scene,
    opened: Opened,
    *,
    now: datetime,
    rules: Collection[str] = (),
    row_ids: Collection[str] = (),
    progress: Progress = silent,
    aside: Aside = in_place,
) -> Checkup:
    """The same over rows that are at hand; they are judged `aside`."""
    wanted = [rule for rule in rules_for(scene) if not rules or {rule.id, rule.name} & set(rules)]
    running = [_Running(rule, scene) for rule in wanted]
    asked, met = frozenset(row_ids), set[str]()
    figures = Figures(scene.days, scene.today)
    case_of = await cases(scene, opened, now)
    total, done = opened.view.reading.rows_count, 0

    def judge(rows: Sequence[Row]) -> None:
        for row in rows:
            case = case_of(row)
            figures.add(case)
            if row.id in asked:
                met.add(row.id)
            _show(case, running, counts=not asked or row.id in asked)

    async for portion in _portions(opened.view):
        await aside(partial(judge, portion))
        done += len(portion)
        if done % _TOLD_EVERY == 0:
            await progress(done, max(done, total), f"rows of {scene.key}")
    results = [await each.result() for each in running]
    return Checkup(
        scene.key,
        opened,
        scene.contract,
        results,
        done,
        figures,
        rule_ids(scene),
        met_ids=frozenset(met) if asked else None,
    )


async def _portions(view: View) -> AsyncIterator[Sequence[Row]]:
    """Its rows, so many at once as are judged between two turns of others."""
    portion: list[Row] = []
    async for row in view.rows():
        portion.append(row)
        if len(portion) == _PORTION_ROWS:
            yield portion
            portion = []
    yield portion


async def _scene(
    desk: Desk, key: DatabaseKey, opened: Opened, *, procedure: str, run_id: str
) -> Scene:
    setting = desk.connection.databases.get(key) or DatabaseSetting()
    scene = Scene(
        key=key,
        schema=opened.view.schema,
        roles=opened.roles.filled,
        contract=contract_of(desk, key),
        meanings=status_meanings(opened.roles, setting.statuses),
        days=desk.work.days,
        today=desk.work.days.local_day(desk.clock()),
        targets=_targets(desk, opened.view, procedure=procedure, run_id=run_id),
    )
    for prop, target in relations_of(scene):
        await scene.targets.prepare(target, prop.synced_property_id)
    return scene


def contract_of(desk: Desk, key: DatabaseKey) -> Contract:
    """The team's contract over the playbook's, or the playbook's."""
    own = desk.contracts.get(key)
    return default_contract(key) if own is None else over_default(key, own)


def _targets(desk: Desk, view: View, *, procedure: str, run_id: str) -> Targets:
    """Other tables by their copies, and single pages by asking Notion."""
    assert desk.mirror is not None
    assert desk.notion is not None
    mirror = desk.mirror.attributed(procedure, run_id)
    notion = desk.notion.attributed(procedure, run_id)

    async def read(data_source_id: str, back_id: str | None) -> TargetRows:
        own = data_source_id == view.schema.id
        return await _target_rows(view if own else await mirror.open(data_source_id), back_id)

    return Targets(read, notion.in_trash)


async def _target_rows(view: View, back_id: str | None) -> TargetRows:
    """Its rows with that property, else with as little as can be read."""
    properties = view.schema.properties
    back = next((each.name for each in properties if each.id == back_id), None)
    least = next(each.name for each in properties if each.type == "title")
    return TargetRows({row.id: _back(row, back) async for row in view.rows([back or least])})


def _back(row: Row, name: str | None) -> Back | None:
    value = None if name is None else row.values.get(name)
    if value is None:
        return None
    ids = value.plain if isinstance(value.plain, tuple) else ()
    return Back(frozenset(ids), value.complete)


def _show(case: Case, running: Sequence["_Running"], *, counts: bool) -> None:
    """Show the row to every rule: millions of looks, so that little is done for each.

    An error of the check itself is no error of the data: that rule gives up.
    """
    for each in running:
        if each.look is None:
            continue
        try:
            outcome = each.look(case)
        except Exception as error:  # noqa: BLE001 - whatever it is, the data are not to blame
            each.give_up(error)
            continue
        if outcome is not None and counts:
            if outcome == "passed":
                each.checked_count += 1
            else:
                each.take(outcome, case)


@dataclass(slots=True)
class _Running:
    """One rule while it sees the rows; `look` is None where it has nothing to check, or gave up."""

    rule: Rule
    scene: Scene
    checking: Checking | None = None
    look: Callable[[Case], Outcome] | None = None
    error: str | None = None
    checked_count: int = 0
    unknown_count: int = 0
    failed: list[Failure] = field(default_factory=list[Failure])
    later: dict[str, Failure] = field(default_factory=dict[str, Failure])

    def __post_init__(self) -> None:
        if not self.absent:
            checking = self.checking = self.rule.begin(self.scene)
            self.look = checking.check if isinstance(checking, Plainly) else checking.look

    @property
    def absent(self) -> tuple[str, ...]:
        return tuple(role for role in self.rule.roles if role not in self.scene.roles)

    def take(self, outcome: Outcome, case: Case) -> None:
        """A row that did not simply pass."""
        match outcome:
            case "later":
                self.later[case.row.id] = self._failure(case, Failed(), len(self.later))
            case Failed():
                self.checked_count += 1
                self.failed.append(self._failure(case, outcome, len(self.failed)))
            case _:
                self.unknown_count += 1

    def _failure(self, case: Case, failed: Failed, kept_count: int) -> Failure:
        row = case.row if kept_count < MOST_KEPT_ROWS else replace(case.row, values={})
        return Failure(row, title_of(case), failed.says, failed.other)

    async def result(self) -> RuleResult:
        """What came of it, once every row was seen."""
        if self.checking is not None and self.error is None:
            try:
                self._settle(await self.checking.settle())
            except Exception as error:  # noqa: BLE001 - as above
                self.give_up(error)
        if self.error is not None:
            return RuleResult(self.rule, error=self.error)
        return RuleResult(
            self.rule, self.checked_count, self.unknown_count, self.failed, absent=self.absent
        )

    def _settle(self, settled: Mapping[str, Outcome]) -> None:
        for row_id, failure in self.later.items():
            match settled.get(row_id):
                case Failed(says):
                    self.checked_count += 1
                    self.failed.append(replace(failure, says=says))
                case "unknown":
                    self.unknown_count += 1
                case "passed":
                    self.checked_count += 1
                case _:
                    pass

    def give_up(self, error: Exception) -> None:
        """Nothing is known of any row."""
        self.look = None
        self.error = f"the check itself failed ({type(error).__name__})"


def title_of(case: Case) -> str:
    """What a row is called: foreign text."""
    titles = (value.plain for value in case.row.values.values() if value.type == "title")
    title = next(titles, None)
    return title if isinstance(title, str) else ""
