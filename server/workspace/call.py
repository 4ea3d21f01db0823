"""One request on its way through the core."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from playbooks.objects import Capability
from server.workspace import conditions, errors, identities
from server.workspace.conditions import Conditions
from server.workspace.identities import Caller, User
from server.workspace.ids import IdSource
from server.workspace.inputs import Input
from server.workspace.times import cut


@dataclass(frozen=True)
class Call:
    """Who asks what, when, and the transaction in which it is answered."""

    db: sqlite3.Connection
    caller: Caller
    now_ms: int
    ids: IdSource
    path: Mapping[str, str]
    query: Input
    body: Input = field(default_factory=lambda: Input({}, "body"))

    @property
    def minute_ms(self) -> int:
        """Now, as pages, blocks and data sources keep it."""
        return cut(self.now_ms)

    @property
    def actor_id(self) -> str:
        """Who is written as the author."""
        return self.caller.actor.id

    def path_id(self, name: str) -> str:
        """An id in the path; a 400 naming it when it is none."""
        return Input(self.path[name], f"path.{name}").id()

    @cached_property
    def users(self) -> Mapping[str, User]:
        """Everybody in the workspace, read once."""
        return identities.users(self.db)

    @cached_property
    def workspace(self) -> sqlite3.Row:
        """Id and name of the workspace."""
        row: sqlite3.Row = self.db.execute("SELECT id, name FROM workspace").fetchone()
        return row

    @cached_property
    def conditions(self) -> Conditions:
        """Under which conditions it is answered."""
        return conditions.load(self.db)

    def require(self, capability: Capability) -> None:
        """403 when the caller lacks a right that the request needs besides that of its route."""
        if capability not in self.caller.capabilities:
            raise errors.restricted()

    def refuse_when_full(self) -> None:
        """403 when the workspace has all the blocks of its plan; one that reaches it succeeds."""
        limit = self.conditions.block_limit
        if limit is not None and self._blocks_count >= limit:
            raise errors.workspace_full(limit)

    @cached_property
    def _blocks_count(self) -> int:
        """How many blocks and pages there were before the request, the trash included."""
        count: int = self.db.execute("SELECT count(*) FROM nodes").fetchone()[0]
        return count

    def show_user(self, user_id: str) -> dict[str, Any]:
        """A user in full, or only the id where the integration may not read users."""
        known = self.users.get(user_id)
        if known is None or "read_users" not in self.caller.capabilities:
            return identities.partial_user(user_id)
        return identities.user_answer(known, self.workspace)
