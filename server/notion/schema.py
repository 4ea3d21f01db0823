"""Parsing of what is not a row: schemas, databases, users, search results."""

from dataclasses import dataclass
from typing import Literal

from playbooks.objects import Bot, DataSource, Found, Option, Property
from server.notion.answers import JSON
from server.notion.properties import text_of


@dataclass(frozen=True, slots=True)
class Database:
    """A container of tables. `title` and `url` are foreign text."""

    id: str
    title: str
    url: str
    in_trash: bool
    data_sources: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class User:
    """Someone who can be written into a people property. `name` is foreign text."""

    id: str
    name: str
    kind: Literal["person", "bot"]


def parse_data_source(answer: JSON) -> DataSource:
    """The schema of one table, in Notion's order of properties."""
    properties: dict[str, JSON] = answer["properties"]
    parent: JSON = answer.get("parent") or {}
    return DataSource(
        id=answer["id"],
        title=text_of(answer["title"]),
        database_id=parent.get("database_id"),
        in_trash=bool(answer.get("in_trash", False)),
        url=answer.get("url") or "",
        properties=tuple(_property(name, raw) for name, raw in properties.items()),
    )


def parse_database(answer: JSON) -> Database:
    """A database with the tables in it."""
    return Database(
        id=answer["id"],
        title=text_of(answer["title"]),
        url=answer.get("url") or "",
        in_trash=bool(answer.get("in_trash", False)),
        data_sources=tuple(Found(each["id"], each["name"]) for each in answer["data_sources"]),
    )


def parse_bot(answer: JSON) -> Bot:
    """The integration that answered GET /v1/users/me."""
    bot: JSON = answer.get("bot") or {}
    return Bot(
        id=answer["id"],
        name=answer.get("name") or "",
        workspace_id=bot.get("workspace_id"),
        workspace_name=bot.get("workspace_name"),
    )


def parse_user(answer: JSON) -> User:
    """One user of the list."""
    kind: Literal["person", "bot"] = "bot" if answer.get("type") == "bot" else "person"
    return User(id=answer["id"], name=answer.get("name") or "", kind=kind)


def parse_found(answer: JSON) -> Found:
    """A data source or page in a search result."""
    return Found(id=answer["id"], title=text_of(_title_of(answer)))


def _title_of(answer: JSON) -> list[JSON]:
    """A data source has a title, a page a property of that type."""
    if answer["object"] == "data_source":
        return list(answer["title"])
    properties: dict[str, JSON] = answer["properties"]
    titles = (list[JSON](raw["title"]) for raw in properties.values() if raw["type"] == "title")
    return next(titles, list[JSON]())


def _property(name: str, raw: JSON) -> Property:
    kind: str = raw["type"]
    details: JSON = raw.get(kind) or {}
    dual: JSON = details.get("dual_property") or {}
    return Property(
        id=raw["id"],
        name=name,
        type=kind,
        options=_options(details),
        target_data_source_id=details.get("data_source_id") if kind == "relation" else None,
        synced_property_id=dual.get("synced_property_id"),
        number_format=(details.get("format") or "") if kind == "number" else "",
    )


def _options(details: JSON) -> tuple[Option, ...]:
    groups: list[JSON] = details.get("groups") or []
    group_of = {option_id: group["name"] for group in groups for option_id in group["option_ids"]}
    options: list[JSON] = details.get("options") or []
    return tuple(
        Option(
            each["name"],
            group_of.get(each.get("id")),
            id=each.get("id") or "",
            color=each.get("color") or "",
        )
        for each in options
    )
