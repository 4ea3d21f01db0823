"""The conditions under which the workspace serves, kept in its file: all processes see them."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import ConfigDict, Field

Count: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000_000)]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=86_400)]

_DECADE_S: Final = 315_360_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """What can be set beside the data; the defaults are those of Notion, without rate limits."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    query_results_limit: Count = 10_000
    """A query yields no more results than this, over all its pages."""

    search_delay_s: Seconds = 0
    """How long the search does not know of what is new, and knows a former title."""

    window_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    """How long a rate limit's window is; windows follow upon each other without a gap."""

    token_budget: Count | None = None
    """How many requests a token may make in a window; None counts nothing."""

    workspace_budget: Count | None = None
    """How many requests all tokens together may make in a window; None counts nothing."""

    block_limit: Count | None = None
    """A workspace that ever had so many blocks and pages takes no new ones."""

    revoked: tuple[str, ...] = ()
    """Names or ids of the integrations whose tokens are refused until they are restored."""

    clock_skew_s: Annotated[float, Field(ge=-_DECADE_S, le=_DECADE_S)] = 0
    """How far the workspace's clock is ahead; less than 0 when it is behind."""


DEFAULTS: Final = Conditions()


def load(db: sqlite3.Connection) -> Conditions:
    """The conditions in force."""
    kept: dict[str, Any] = {
        row[0]: json.loads(row[1]) for row in db.execute("SELECT * FROM conditions")
    }
    if not kept:
        return DEFAULTS
    kept["revoked"] = tuple(kept.get("revoked", ()))
    return Conditions(**kept)


def keep(db: sqlite3.Connection, conditions: Conditions) -> None:
    """Set all of them."""
    db.execute("DELETE FROM conditions")
    db.executemany(
        "INSERT INTO conditions (name, value) VALUES (?, ?)",
        [(name, json.dumps(value)) for name, value in unusual(conditions).items()],
    )


def unusual(conditions: Conditions) -> dict[str, Any]:
    """Those that are not as they are from the start."""
    usual = asdict(DEFAULTS)
    return {name: value for name, value in asdict(conditions).items() if value != usual[name]}
