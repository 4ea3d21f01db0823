"""Who may do what: the integration and its reach as a plain value, compared with an approved one.

A baseline is `{version, at, bot, owner, workspace, capabilities, people, things}`; people and
things by id. Titles are shown and never compared: a rename gives nobody access.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from playbooks.report import Severity
from playbooks.security_ports import Seen, Thing
from playbooks.snapshot import Json
from playbooks.text import shown

BASELINE_VERSION: Final = 1

ChangeKind = Literal[
    "other integration",
    "owner changed",
    "gained capability",
    "lost capability",
    "added person",
    "removed person",
    "added",
    "removed",
    "moved",
    "made public",
    "no longer public",
]

_SEVERITY: Final[Mapping[ChangeKind, Severity]] = {
    "other integration": "warning",
    "owner changed": "warning",
    "gained capability": "warning",
    "lost capability": "info",
    "added person": "warning",
    "removed person": "info",
    "added": "warning",
    "removed": "warning",
    "moved": "warning",
    "made public": "critical",
    "no longer public": "info",
}

_REMEDY: Final[Mapping[ChangeKind, str]] = {
    "other integration": "The token is of another integration than the approved one: find out who"
    " changed it and why.",
    "owner changed": "See in Notion who owns the integration now (Settings > Connections).",
    "gained capability": "In the integration's settings switch the capability off again, unless it"
    " is needed.",
    "lost capability": "Nothing, unless something no longer works: health_check tells.",
    "added person": "Ask whoever manages the members who it is; remove them in Settings > Members"
    " (a bot: Settings > Connections) unless they belong here.",
    "removed person": "Nothing, if they were meant to go.",
    "added": "Open it in Notion, ••• > Connections: remove the integration unless it needs it.",
    "removed": "Ask whether it was meant to be unshared or deleted; get_record and backups tell"
    " what it held.",
    "moved": "Open it in Notion and see who reads its new place: access comes from above.",
    "made public": "Open it in Notion, Share > Publish: unpublish it unless everybody on the web"
    " may read it.",
    "no longer public": "Nothing, if it was meant.",
}

_VOTES: Final[frozenset[Severity]] = frozenset(("critical", "warning"))
_ACCEPT: Final = " If it is right, plan_change(kind='baseline') proposes it as approved."


@dataclass(frozen=True, slots=True)
class AccessChange:
    """One way in which access differs from the baseline; `subject` is shown, its title foreign."""

    kind: ChangeKind
    id: str
    subject: str

    @property
    def key(self) -> str:
        """What it is known by between runs."""
        return f"{self.kind.replace(' ', '_')}.{self.id}"

    @property
    def severity(self) -> Severity:
        """How bad it is until somebody says that it is right."""
        return _SEVERITY[self.kind]

    @property
    def says(self) -> str:
        """The change in words."""
        return f"{self.kind}: {self.subject}"

    @property
    def remedy(self) -> str:
        """What a person should do."""
        return _REMEDY[self.kind] + (_ACCEPT if self.severity in _VOTES else "")


def baseline_of(seen: Seen, at: datetime) -> dict[str, Any]:
    """What was seen as a baseline, without what had no answer."""
    capabilities = {name: has for name, has in sorted(seen.capabilities.items()) if has is not None}
    people = None
    if seen.people is not None:
        people = {each.id: {"kind": each.kind, "name": each.name} for each in seen.people}
    return {
        "version": BASELINE_VERSION,
        "at": at.isoformat(),
        "bot": seen.bot_id,
        "owner": seen.owner_type,
        "workspace": seen.workspace_id,
        "capabilities": capabilities,
        "people": people,
        "things": {each.id: as_kept(each) for each in seen.things},
        "complete": not seen.gaps,
    }


def as_kept(thing: Thing) -> dict[str, Json]:
    """A thing as baselines have it."""
    return {
        "kind": thing.kind,
        "title": thing.title,
        "parent": thing.parent_id,
        "public": thing.public,
    }


def differences(before: Mapping[str, Json], now: Mapping[str, Json]) -> tuple[AccessChange, ...]:
    """Each difference once, in a stable order; what had no answer in one of them is none."""
    return (
        *_of_integration(before, now),
        *_of_people(before["people"], now["people"]),
        *_of_things(before["things"], now["things"]),
    )


def _of_integration(before: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[AccessChange]:
    if before["bot"] != now["bot"]:
        yield AccessChange("other integration", now["bot"], f"bot {now['bot']}")
    if before["owner"] != now["owner"]:
        told = f"{shown(before['owner'])} -> {shown(now['owner'])}"
        yield AccessChange("owner changed", now["bot"], told)
    for name, has in now["capabilities"].items():
        had = before["capabilities"].get(name)
        if had is not None and had != has:
            yield AccessChange("gained capability" if has else "lost capability", name, name)


def _of_people(before: Json, now: Json) -> Iterator[AccessChange]:
    if before is None or now is None:
        return
    for each in sorted(now.keys() - before.keys()):
        yield AccessChange("added person", each, _person(now[each], each))
    for each in sorted(before.keys() - now.keys()):
        yield AccessChange("removed person", each, _person(before[each], each))


def _person(person: Mapping[str, Json], person_id: str) -> str:
    return f"{person['kind']} {shown(person['name'])} ({person_id})"


def _of_things(before: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[AccessChange]:
    new = now.keys() - before.keys()
    yield from _come_or_gone("added", now, {each for each in new if not _is_row(now[each], before)})
    for each in sorted(new):
        if now[each]["public"]:
            yield AccessChange("made public", each, thing_in_words(each, now[each]))
    yield from _come_or_gone("removed", before, before.keys() - now.keys())
    for each in sorted(before.keys() & now.keys()):
        yield from _of_thing(each, before[each], now[each])


def _is_row(thing: Mapping[str, Json], known: Mapping[str, Json]) -> bool:
    """Whether its table was reached before: it is only told of because it is public."""
    parent = known.get(thing["parent"])
    return parent is not None and bool(parent["kind"] == "data_source")


def _come_or_gone(
    kind: ChangeKind, things: Mapping[str, Json], ids: AbstractSet[str]
) -> Iterator[AccessChange]:
    """Access comes and goes from above: what goes with its parent is counted with it."""
    below = Counter(_top(each, things, ids) for each in ids)
    for each, count in sorted(below.items()):
        more = f", with {count - 1} below it" if count > 1 else ""
        yield AccessChange(kind, each, thing_in_words(each, things[each]) + more)


def _top(thing_id: str, things: Mapping[str, Json], ids: AbstractSet[str]) -> str:
    seen: set[str] = set()
    while (parent := things[thing_id]["parent"]) in ids and parent not in seen:
        seen.add(parent)
        thing_id = parent
    return thing_id


def _of_thing(
    thing_id: str, before: Mapping[str, Json], now: Mapping[str, Json]
) -> Iterator[AccessChange]:
    told = thing_in_words(thing_id, now)
    if before["parent"] != now["parent"]:
        into = f"from {before['parent'] or 'the top'} to {now['parent'] or 'the top'}"
        yield AccessChange("moved", thing_id, f"{told}, {into}")
    if before["public"] != now["public"]:
        yield AccessChange("made public" if now["public"] else "no longer public", thing_id, told)


def thing_in_words(thing_id: str, thing: Mapping[str, Json]) -> str:
    """Its kind, title and link."""
    kind = thing["kind"].replace("_", " ")
    return f"{kind} {shown(thing['title'])} (https://www.notion.so/{thing_id.replace('-', '')})"


def gone(before: Mapping[str, Json], now: Mapping[str, Json]) -> tuple[str, ...]:
    """The ids of what the baseline has and the search did not find."""
    return tuple(sorted(before["things"].keys() - now["things"].keys()))


def roots(seen: Seen) -> int:
    """How many things are at the top of what is reached: shared by name."""
    ids = {each.id for each in seen.things}
    return sum(each.parent_id not in ids for each in seen.things)
