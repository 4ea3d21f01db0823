"""What the integration reaches now, beside the approved baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from playbooks.desk import Desk
from playbooks.errors import NotionError
from playbooks.ports import Progress
from playbooks.security_access import as_kept, baseline_of, gone
from playbooks.security_ports import Access, SecurityBook, Seen, Text, Thing
from playbooks.snapshot import Json

_MOST_CONFIRMED: Final = 50
"""So many vanished things are read to be sure; beyond that something larger has happened."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What was seen, the same as a baseline, and the approved one of `place` (None for none).

    What the search did not find although it can be read counts as seen.
    """

    place: str
    seen: Seen
    now: Mapping[str, Json]
    before: Mapping[str, Json] | None


async def reach(desk: Desk, access: Access, book: SecurityBook, *, progress: Progress) -> Reach:
    """Look, and confirm by reading what vanished. Raises NotionError, StoreUnusable."""
    seen = await access.look(progress, most_calls=desk.bands.security_most_search_calls)
    seen = await without_secrets(desk, seen)
    place = seen.workspace_id or desk.connection.key
    before: Mapping[str, Json] | None = await book.baseline(place)
    now = baseline_of(seen, desk.clock())
    if before is None:
        return Reach(place, seen, now, None)
    still, unsure = await _confirmed(access, before, now)
    gaps = seen.gaps
    if unsure:
        gaps = (*gaps, f"{len(unsure)} things that vanished could not be confirmed as gone.")
    unsure_things = {each: before["things"][each] for each in unsure}
    whole = {**now, "things": {**now["things"], **still, **unsure_things}}
    return Reach(place, replace(seen, gaps=gaps), {**whole, "complete": not gaps}, before)


async def without_secrets(desk: Desk, seen: Seen) -> Seen:
    """The same, no title or name a secret: they are shown, planned and kept."""
    if desk.scanner is None:
        return seen
    titles = [Text(each.id, "title", each.title) for each in seen.things]
    names = [Text(each.id, "name", each.name) for each in seen.people or ()]
    bad = {each.page_id for each in await desk.scanner.texts([*titles, *names])}
    if not bad:
        return seen
    things = tuple(replace(t, title=_HIDDEN) if t.id in bad else t for t in seen.things)
    people = seen.people and tuple(
        replace(each, name=_HIDDEN) if each.id in bad else each for each in seen.people
    )
    return replace(seen, things=things, people=people)


_HIDDEN: Final = "(a secret)"


async def _confirmed(
    access: Access, before: Mapping[str, Json], now: Mapping[str, Json]
) -> tuple[dict[str, Json], list[str]]:
    """Of what vanished what can still be read, and the ids that nobody could ask about."""
    still: dict[str, Json] = {}
    vanished = gone(before, now)
    unsure = list(vanished[_MOST_CONFIRMED:])
    for thing_id in vanished[:_MOST_CONFIRMED]:
        kept = before["things"][thing_id]
        thing = Thing(thing_id, kept["kind"], kept["title"], kept["parent"], kept["public"])
        try:
            found = await access.reread(thing)
        except NotionError:
            unsure.append(thing_id)
            continue
        if found is not None:
            still[thing_id] = {**as_kept(found), "title": kept["title"]}
    return still, unsure
