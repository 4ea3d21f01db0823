"""What procedures know of a record of Notion's, which is foreign and opaque to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playbooks.snapshot import Json


@dataclass(frozen=True, slots=True)
class Essence:
    """What of one record can be made again, by its place in it, each as Notion takes it.

    Equal forms mean equal things. `beyond` says of places why nobody can make them again, in our
    own words. `leads_to` are ids of the objects that it names. `keys` are ids by place: of the
    properties of a page or table, of the objects that stand in content, of what comments are on.
    `title` and places are foreign text.
    """

    title: str = ""
    parent_id: str | None = None
    values: Mapping[str, Json] = field(default_factory=dict[str, Json])
    beyond: Mapping[str, str] = field(default_factory=dict[str, str])
    leads_to: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
