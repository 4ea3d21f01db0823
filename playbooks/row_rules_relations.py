"""Rules about relations: do they lead somewhere, and does a two-way one show both sides?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from playbooks.databases import DatabaseKey
from playbooks.objects import Property
from playbooks.row_rules import FAILED, Case, Failed, Outcome, Rule, Scene
from playbooks.row_targets import Fate
from playbooks.rows import Value


def relation_rules(key: DatabaseKey) -> Iterator[Rule]:
    """Both, over every relation of the table."""
    yield Rule(
        f"{key}.orphan_relation",
        "that lead to a row which is no more",
        "Restore the other row, or take it out of the relation.",
        _Orphans,
        repair="review",
    )
    yield Rule(
        f"{key}.one_sided_relation",
        "whose two-way relation shows one side alone",
        "Open both rows in Notion and set the relation anew.",
        _OneSided,
        repair="review",
    )


def relations_of(scene: Scene) -> list[tuple[Property, str]]:
    """The relations that lead to a known table, with its id."""
    return [
        (each, each.target_data_source_id)
        for each in scene.schema.properties
        if each.type == "relation" and each.target_data_source_id is not None
    ]


def _values(case: Case, prop: Property) -> tuple[Value, Sequence[str]] | None:
    """The value and the rows it names; None where it names none."""
    value = case.row.values.get(prop.name)
    if value is None or not isinstance(value.plain, tuple) or not value.plain:
        return None
    return value, value.plain


_GONE: Final[tuple[Fate, ...]] = ("in the trash", "not shared or gone")


@dataclass(slots=True)
class _Orphans:
    """Fails rows with a related row that is in the trash, not shared, or gone.

    What is cut short is unknown, and so is what could not be asked about.
    """

    scene: Scene
    missing: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    cut: set[str] = field(default_factory=set[str])

    def look(self, case: Case) -> Outcome:
        """Passes what the copies of the other tables hold."""
        applies = False
        for prop, target in relations_of(self.scene):
            if (found := _values(case, prop)) is None:
                continue
            applies = True
            value, named = found
            table = self.scene.targets.rows(target, prop.synced_property_id)
            absent = [each for each in named if table is None or each not in table.rows]
            if absent:
                self.missing.setdefault(case.row.id, []).extend(absent)
            if not value.complete:
                self.cut.add(case.row.id)
        if case.row.id in self.missing:
            return "later"
        return "unknown" if case.row.id in self.cut else "passed" if applies else None

    async def settle(self) -> Mapping[str, Outcome]:
        """Once it is known what became of those that are in no copy."""
        wanted = [each for ids in self.missing.values() for each in ids]
        fates = await self.scene.targets.fates(wanted)
        return {
            row_id: self._outcome(row_id, [fates[each] for each in ids])
            for row_id, ids in self.missing.items()
        }

    def _outcome(self, row_id: str, fates: Sequence[Fate]) -> Outcome:
        gone = [f"{fates.count(fate)} {fate}" for fate in _GONE if fate in fates]
        if gone:
            return Failed(f"of the related rows {', '.join(gone)}")
        return "unknown" if "not known" in fates or row_id in self.cut else "passed"


@dataclass(slots=True)
class _OneSided:
    """Fails rows that a related row does not name in turn."""

    scene: Scene

    def look(self, case: Case) -> Outcome:
        """The worst of its two-way relations."""
        outcomes = {
            outcome
            for prop, target in relations_of(self.scene)
            if prop.synced_property_id is not None
            for outcome in self._sides(case, prop, target)
        }
        if FAILED in outcomes:
            return FAILED
        return "unknown" if "unknown" in outcomes else "passed" if outcomes else None

    def _sides(self, case: Case, prop: Property, target: str) -> Iterator[Outcome]:
        table = self.scene.targets.rows(target, prop.synced_property_id)
        found = _values(case, prop)
        if table is None or found is None:
            return
        value, named = found
        if not value.complete:
            yield "unknown"
        for each in named:
            back = table.rows.get(each)
            if back is not None:
                shows = case.row.id in back.ids
                yield "passed" if shows else FAILED if back.complete else "unknown"

    async def settle(self) -> Mapping[str, Outcome]:
        """Nothing is left for later."""
        return {}
