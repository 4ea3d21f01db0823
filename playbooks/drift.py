"""How a schema changed: by the ids of properties, which stay, then by their names.

Schemas are compared in a form of our own (`form_of`), which is what is remembered of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from playbooks.objects import DataSource, Option, Property
from playbooks.text import shown

DriftKind = Literal[
    "added",
    "removed",
    "renamed",
    "retyped",
    "recreated",
    "option_added",
    "option_removed",
    "option_renamed",
    "target_changed",
]

Form: TypeAlias = Mapping[str, Any]
"""`{"properties": {id: {name, type, options: [{id, name, color}], target}}}`."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One change of a schema; names are foreign text, `says` has them in code spans.

    `since` is when it was first seen so, `not_before` when it was last seen otherwise.
    `certain` False: option ids were not kept, and colour and position speak for a new name.
    """

    kind: DriftKind
    property_id: str
    name: str
    before: str | None
    after: str | None
    says: str
    breaking: bool
    certain: bool = True
    since: datetime | None = None
    not_before: datetime | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same change in another comparison."""
        return (self.kind, self.property_id, self.before or "", self.after or "")


def form_of(schema: DataSource) -> Form:
    """What is remembered of a schema, as JSON."""
    return {"properties": {prop.id: _form_of_property(prop) for prop in schema.properties}}


def _form_of_property(prop: Property) -> Form:
    return {
        "name": prop.name,
        "type": prop.type,
        "options": [_form_of_option(option) for option in prop.options],
        "target": prop.target_data_source_id,
    }


def _form_of_option(option: Option) -> Form:
    return {"id": option.id, "name": option.name, "color": option.color}


def drifts(
    seen: Sequence[tuple[datetime, Form]], *, since: datetime, matter: frozenset[str]
) -> list[Drift]:
    """What is different now from how it was at `since`, each with when it came.

    `seen` are the schemas with the instants from which on they were seen, newest first. `matter`
    are the ids of properties of which a removed option breaks something.
    """
    if not seen:
        return []
    recent = [each for each in seen if each[0] > since]
    before = seen[len(recent) : len(recent) + 1]
    steps = [*recent, *before]
    net = changes_between(steps[-1][1], steps[0][1], matter=matter)
    return [_dated(each, steps) for each in net]


def _dated(drift: Drift, steps: Sequence[tuple[datetime, Form]]) -> Drift:
    """With the newest step by which it came; one that came by several has the last one's."""
    for (at, after), (earlier, before) in pairwise(steps):
        came = changes_between(before, after, matter=frozenset())
        same = [each for each in came if _is_of(each, drift)]
        if same:
            return replace(drift, since=at, not_before=earlier)
    return drift


def _is_of(one: Drift, other: Drift) -> bool:
    return (one.kind, one.property_id, one.after) == (other.kind, other.property_id, other.after)


def changes_between(before: Form, after: Form, *, matter: frozenset[str]) -> list[Drift]:
    """Every change from one schema to another."""
    old: Mapping[str, Form] = before["properties"]
    new: Mapping[str, Form] = after["properties"]
    pairs = _pairs(old, new)
    paired_new = set(pairs.values())
    found = [_removed(key, old[key]) for key in old if key not in pairs]
    found += [_added(key, new[key]) for key in new if key not in paired_new]
    for old_id, new_id in pairs.items():
        if old_id != new_id and old[old_id]["type"] == new[new_id]["type"]:
            found.append(_recreated(new_id, new[new_id]))
        found += _changed(new_id, old[old_id], new[new_id], matter=matter)
    return found


def _pairs(old: Mapping[str, Form], new: Mapping[str, Form]) -> dict[str, str]:
    """Which property became which: the same id, else the same name under a new id."""
    pairs = {key: key for key in old if key in new}
    by_name = {form["name"]: key for key, form in new.items() if key not in old}
    for key, form in old.items():
        if key not in pairs and form["name"] in by_name:
            pairs[key] = by_name[form["name"]]
    return pairs


def _removed(key: str, form: Form) -> Drift:
    name = form["name"]
    says = f"{shown(name)} was removed"
    return Drift("removed", key, name, name, None, says, breaking=True)


def _added(key: str, form: Form) -> Drift:
    name = form["name"]
    says = f"{shown(name)} ({form['type']}) was added"
    return Drift("added", key, name, None, name, says, breaking=False)


def _recreated(key: str, form: Form) -> Drift:
    name = form["name"]
    says = f"{shown(name)} was removed and made anew, without its values"
    return Drift("recreated", key, name, name, name, says, breaking=True)


def _changed(key: str, old: Form, new: Form, *, matter: frozenset[str]) -> Iterator[Drift]:
    name = new["name"]
    if old["name"] != name:
        says = f"{shown(old['name'])} was renamed {shown(name)}"
        yield Drift("renamed", key, name, old["name"], name, says, breaking=False)
    if old["type"] != new["type"]:
        says = f"{shown(name)} was {old['type']} and is {new['type']}"
        yield Drift("retyped", key, name, old["type"], new["type"], says, breaking=True)
        return
    if old["target"] != new["target"]:
        says = f"{shown(name)} leads to another table"
        yield Drift("target_changed", key, name, old["target"], new["target"], says, breaking=True)
    yield from _option_changes(key, name, old["options"], new["options"], matter=matter)


def _option_changes(
    key: str, name: str, old: Sequence[Form], new: Sequence[Form], *, matter: frozenset[str]
) -> Iterator[Drift]:
    pairs = [(each, _same_option(each, old, new)) for each in old]
    taken = [other["name"] for _, other in pairs if other is not None]
    for each, other in pairs:
        was = each["name"]
        if other is None:
            says = f"the option {shown(was)} of {shown(name)} was removed"
            yield Drift("option_removed", key, name, was, None, says, breaking=key in matter)
        elif other["name"] != was:
            sure = bool(each["id"]) and each["id"] == other["id"]
            how = "" if sure else ", to judge by colour and position"
            says = (
                f"the option {shown(was)} of {shown(name)} was renamed {shown(other['name'])}{how}"
            )
            yield Drift(
                "option_renamed", key, name, was, other["name"], says, key in matter, certain=sure
            )
    for each in new:
        if each["name"] not in taken:
            says = f"the option {shown(each['name'])} of {shown(name)} was added"
            yield Drift("option_added", key, name, None, each["name"], says, breaking=False)


def _same_option(option: Form, old: Sequence[Form], new: Sequence[Form]) -> Form | None:
    """The option that it is now: by id, else by name, else by colour and position."""
    by_id = next((each for each in new if option["id"] and each["id"] == option["id"]), None)
    by_name = next((each for each in new if each["name"] == option["name"]), None)
    if by_id is not None or by_name is not None:
        return by_id or by_name
    place = list(old).index(option)
    candidate = new[place] if place < len(new) else None
    is_free = candidate is not None and not any(_is_it(candidate, each) for each in old)
    is_alike = candidate is not None and candidate["color"] == option["color"]
    has_ids = bool(option["id"]) and candidate is not None and bool(candidate["id"])
    return candidate if is_free and is_alike and not has_ids else None


def _is_it(one: Form, other: Form) -> bool:
    return one["name"] == other["name"] or (bool(one["id"]) and one["id"] == other["id"])
