"""What reports need of rows that a clean-up moves to the trash: kept, and read again as rows.

Plain values by role, never titles or texts. A row that is back in Notion is read there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from playbooks.databases import DatabaseKey
from playbooks.days import WorkDays
from playbooks.desk import Desk
from playbooks.kept_data import RolledRow
from playbooks.opened import Opened
from playbooks.rows import Plain, Row, Span, Unreadable, Value
from playbooks.tool_samples import ROLES
from playbooks.usage import tool_key

ROLLED_ROLES: Final[Mapping[DatabaseKey, tuple[str, ...]]] = {
    "ai_tool_metrics": ROLES,
    "development_log": ("date", "kind", "tool"),
}
"""What is kept of a row; of other databases no report tells anything."""


@dataclass(frozen=True, slots=True)
class Dating:
    """When rows count as of: by the date role, else by their making; `names` are by role."""

    names: Mapping[str, str]
    days: WorkDays

    def day(self, row: Row) -> date:
        """The local day."""
        name = self.names.get("date")
        match None if name is None else row.plain(name):
            case Span(start=start):
                return self.days.local_day(start)
            case datetime() as moment:
                return self.days.local_day(moment)
            case _:
                return self.days.local_day(row.created_at)

    def rolled(self, row: Row, roles: Collection[str]) -> RolledRow:
        """What is kept of a row."""
        plain = {
            role: row.plain(self.names[role])
            for role in roles
            if role in self.names and row.plain(self.names[role]) is not None
        }
        return RolledRow(row.id, self.day(row), {role: _kept(role, plain[role]) for role in plain})


async def rolled_rows(
    desk: Desk, opened: Opened, roles: Collection[str], there: Collection[str]
) -> list[Row]:
    """The rows of that database that were rolled up and are not `there`, oldest first.

    Raises StoreUnusable.
    """
    if desk.book is None:
        return []
    kept = await desk.book.rolled_up(opened.view.schema.id, date.min, date.max)
    names = {role: name for role, name in opened.names.items() if role in roles}
    return [_row(each, names, desk.work.days) for each in kept if each.row_id not in there]


def told_count(rolled: int, of: int) -> str:
    """What a report says of them."""
    return f"{rolled} of {of} rows from roll-ups: a clean-up moved them to the trash"


def _row(kept: RolledRow, names: Mapping[str, str], days: WorkDays) -> Row:
    values = {
        name: Value(role, "rolled", _plain(kept.values[role]))
        for role, name in names.items()
        if role in kept.values
    }
    url = f"https://www.notion.so/{kept.row_id.replace('-', '')}"
    at = days.begins(kept.day)
    return Row(kept.row_id, url, at, at, in_trash=True, values=values)


def _kept(role: str, plain: Plain) -> Any:
    """A plain value as JSON; a tool by its key, which is no text that somebody wrote."""
    match plain:
        case Span(start=start, end=end):
            return {"start": start.isoformat(), "end": end and end.isoformat()}
        case datetime():
            return {"at": plain.isoformat()}
        case Unreadable(type=kind):
            return {"unreadable": kind}
        case tuple():
            return list(plain)
        case str() if role == "tool":
            return tool_key(plain)
        case _:
            return plain


def _plain(kept: Any) -> Plain:
    match kept:
        case {"start": str(start), "end": end}:
            return Span(_moment(start), None if end is None else _moment(str(end)))
        case {"at": str(at)}:
            return datetime.fromisoformat(at)
        case {"unreadable": str(kind)}:
            return Unreadable(kind)
        case [*names]:
            return tuple(str(name) for name in names)
        case _:
            return cast("str | float | bool | None", kept)


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
