"""What Notion holds, as procedures see it. Names and titles are foreign text."""

from dataclasses import dataclass, field
from typing import Literal

Capability = Literal[
    "read_content",
    "insert_content",
    "update_content",
    "read_comments",
    "insert_comments",
    "read_users",
]


ObjectKind = Literal["page", "block", "database", "data_source"]


@dataclass(frozen=True, slots=True)
class Bot:
    """Who answered: the integration behind the token. Names are foreign text."""

    id: str
    name: str
    workspace_id: str | None
    workspace_name: str | None


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, multi_select or status; `group` only for a status.

    `id` stays when it is renamed; like `color` it takes no part in comparing.
    """

    name: str
    group: str | None = None
    id: str = field(default="", compare=False)
    color: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Property:
    """One column of a data source. `id` is stable, `name` is foreign text.

    `synced_property_id` is of the other side of a two-way relation. `number_format` is Notion's
    word for how its numbers are shown, empty for other types.
    """

    id: str
    name: str
    type: str
    options: tuple[Option, ...] = ()
    target_data_source_id: str | None = None
    synced_property_id: str | None = field(default=None, compare=False)
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class DataSource:
    """The schema of one table. `title` is foreign text."""

    id: str
    title: str
    database_id: str | None
    in_trash: bool
    url: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A data source that search returned; `title` is foreign text."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class PageMeasure:
    """What one page of rows took: its own time, apart from waiting for the budget.

    `server_ms` is the time to the first byte less the time to connect; `tries_count` counts the
    first try too. `rate_limit_reason` is that of the last 429 on the way, also when a later try
    was answered. `compressed` None: not told.
    """

    total_ms: float
    queue_wait_ms: float
    retry_wait_ms: float
    network_ms: float
    server_ms: float
    client_ms: float
    tries_count: int
    rows_count: int
    has_more: bool
    response_bytes: int
    connect_ms: float = 0.0
    rate_limit_reason: str | None = None
    compressed: bool | None = None
