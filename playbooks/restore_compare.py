"""One table or row as it was beside as it is: what to put back, and what to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playbooks.essence import Essence
from playbooks.plan import Change
from playbooks.plan_kind import Request
from playbooks.plan_values import short
from playbooks.restore_columns import PROPERTY, Columns, name_of
from playbooks.restore_seen import Seen
from playbooks.semantic_diff import comparable, is_too_long
from playbooks.targets import Target
from playbooks.text import shown

BY_VALUE: Final = frozenset({"rows", "properties"})
"""The scopes that put values back over what is there; the others leave edits alone."""


def has_other_looks(old: Essence, new: Essence, *, but_columns: bool = True) -> bool:
    """Whether anything besides columns, or values of columns, is not as it was."""
    places = {*old.values, *new.values} - {*old.beyond, *new.beyond}
    return any(
        comparable(old.values.get(place), {}) != comparable(new.values.get(place), {})
        for place in places
        if not (but_columns and place.startswith(PROPERTY))
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """A row as it was, and as it is."""

    row_id: str
    old: Essence
    new: Essence


def compare_row(request: Request, pair: Pair, columns: Columns, seen: Seen) -> None:
    """One row that is there: values to put back, or to leave alone and tell."""
    asked = [place for place in columns.there if is_asked(request, columns, place)]
    found = [_cell(pair, place, columns.there[place]) for place in asked]
    changes = [change for change in found if change is not None]
    puts_back = request.scope in BY_VALUE
    if not changes:
        seen.counts["equal"] += 1
    else:
        seen.counts["changed" if puts_back else "newer"] += 1
        seen.leave("row", "edited since, left alone", count=0 if puts_back else 1)
    for change in changes:
        if puts_back and is_too_long(change.after):
            seen.leave("value", "longer than one request may be")
        elif puts_back:
            seen.cells.append(change)
        told = f"{short(change.after)} in the snapshot, {short(change.before)} now"
        seen.note(f"{change.shown}: {told}" + ("" if puts_back else ": edited since, left alone"))


def told_columns(columns: Columns) -> Mapping[str, Sequence[str]]:
    """What is left as it is of columns, and why."""
    return {
        "newer than it": columns.added,
        "of another type by now, left alone": columns.retyped,
        "gone, and not to be made again here": columns.unmade,
        "renamed since, left so": columns.renamed,
        "with other options or another format, left so": columns.changed,
    }


def is_asked(request: Request, columns: Columns, place: str) -> bool:
    """Whether the column of that place is among those asked for, by its old name or its new one."""
    if not place.startswith(PROPERTY):
        return False
    return not request.properties or not columns.names(place).isdisjoint(request.properties)


def _cell(pair: Pair, place: str, now: str) -> Change | None:
    old, new = pair.old, pair.new
    before, after = new.values.get(now), old.values.get(place)
    is_beyond = place in old.beyond or now in new.beyond
    if is_beyond or now not in new.keys or comparable(before, {}) == comparable(after, {}):
        return None
    return Change(
        target=str(Target("cell", (pair.row_id, new.keys[now]))),
        before=before,
        after=after,
        shown=f"{shown(old.title)} {name_of(place)}",
    )
