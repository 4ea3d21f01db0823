"""Rows as procedures see them, wherever they came from: plain Python values, never foreign JSON.

An empty value (None) and one that has no reading (Unreadable) are never the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Span:
    """A day or an instant, or from one to another (`end` included).

    Days are `date`s; instants are `datetime`s and always have a zone.
    """

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A value of a type, or in a shape, that has no reading here."""

    type: str


Plain: TypeAlias = str | float | bool | datetime | Span | tuple[str, ...] | Unreadable | None


@dataclass(frozen=True, slots=True)
class Value:
    """One property of a page.

    `plain` by type: text, url, e-mail, phone, select, status, unique id: str; number: int or
    float; checkbox: bool; date: Span; times: datetime; multi_select and files: names; people and
    relation: ids; formula and rollup: what they come to. None means empty.
    `names` are the people's names in the same order, "" where Notion does not tell. `complete`
    False means that Notion may hold more items than it showed: the client's page_property
    reads them all.
    """

    id: str
    type: str
    plain: Plain
    names: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A page with its properties by name. Names, texts and url are foreign text.

    `version` is another one whenever a value is; "" where the row is not kept.
    """

    id: str
    url: str
    created_at: datetime
    last_edited_at: datetime
    in_trash: bool
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    version: str = field(default="", compare=False)

    def plain(self, name: str) -> Plain:
        """The plain value of a property; None when it is empty or absent."""
        value = self.values.get(name)
        return None if value is None else value.plain
