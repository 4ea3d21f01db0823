"""What repairs of rows have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from playbooks.contract import Contract
from playbooks.data_ports import Editor, Exporter
from playbooks.databases import StatusRole
from playbooks.days import WorkDays
from playbooks.objects import Property
from playbooks.opened import Opened
from playbooks.plan import Change
from playbooks.records import Transition
from playbooks.row_rules import Failure, RepairClass
from playbooks.rows import Plain, Row
from playbooks.targets import Target
from playbooks.text import shown


@dataclass(frozen=True, slots=True)
class Mend:
    """How sure a repair is, and its changes; none when the row has been put right meanwhile."""

    sure: RepairClass
    changes: tuple[Change, ...] = ()


@dataclass(slots=True)
class Bench:
    """What repairs of one database's rows need; may raise a NotionError.

    `others` are rows by id that failing rows repeat, `moved` the newest changes of status by row.
    """

    opened: Opened
    contract: Contract
    meanings: Mapping[str, StatusRole]
    days: WorkDays
    today: date
    editor: Editor
    exporter: Exporter | None
    others: Mapping[str, Row] = field(default_factory=dict[str, Row])
    moved: Mapping[str, Transition] = field(default_factory=dict[str, Transition])
    _in_trash: dict[str, bool | None] = field(default_factory=dict[str, bool | None])

    def prop(self, role: str) -> Property | None:
        """The property that plays the role."""
        return self.opened.roles.filled.get(role)

    def plain(self, failure: Failure, role: str) -> Plain:
        """What the row had there when it was checked."""
        prop = self.prop(role)
        return None if prop is None else failure.row.plain(prop.name)

    async def cell(self, page_id: str, prop: Property) -> Any:
        """The value as it is now."""
        return await self.editor.cell(page_id, prop.id)

    async def is_in_trash(self, page_id: str) -> bool | None:
        """Whether a page is in the trash; asked once."""
        if page_id not in self._in_trash:
            self._in_trash[page_id] = await self.editor.in_trash(page_id)
        return self._in_trash[page_id]


def change_of(failure: Failure, prop: Property, before: Any, after: Any, why: str) -> Change:
    """One value of the row."""
    return Change(
        target=str(Target("cell", (failure.row.id, prop.id))),
        before=before,
        after=after,
        expected=why,
        shown=f"{shown(failure.title)} {shown(prop.name)}",
    )


def mend_of(sure: RepairClass, changes: Iterable[Change]) -> Mend:
    """What of the changes changes something."""
    return Mend(sure, tuple(each for each in changes if each.before != each.after))
