"""The embedded workspace: the API of Notion without HTTP, over one file."""

import sqlite3
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

from playbooks.clock import Clock
from playbooks.objects import Capability
from server.workspace import (
    conditions,
    errors,
    identities,
    ids,
    limits,
    mentions,
    readable,
    versions,
)
from server.workspace.call import Call
from server.workspace.conditions import Conditions
from server.workspace.database import Database
from server.workspace.effects import Effect
from server.workspace.errors import ApiError
from server.workspace.faults import FaultPlan
from server.workspace.identities import Actor, BotToken, Caller, User
from server.workspace.ids import IdSource
from server.workspace.inputs import Input
from server.workspace.plan import Plan, read_conditions
from server.workspace.times import to_ms
from server.workspace.versions.version import Version

__all__ = ["JSON", "Actor", "ApiError", "Workspace", "WorkspaceInfo"]

JSON: TypeAlias = dict[str, Any]
DEFAULT_NAME = "Embedded workspace"


@dataclass(frozen=True, slots=True)
class WorkspaceInfo:
    """What the workspace says of itself; rows in the trash are not counted."""

    id: str
    name: str
    rows_count: int
    data_sources_count: int
    users_count: int


class Workspace:
    """One workspace file, open; safe to use from many threads and beside other processes."""

    def __init__(self, database: Database, *, clock: Clock, id_source: IdSource) -> None:
        self.created = database.created
        self.faults = FaultPlan(database)
        self._database = database
        self._clock = clock
        self._ids = id_source

    @classmethod
    def open(cls, path: Path, *, clock: Clock, ids: Callable[[], Any] | None = None) -> "Workspace":
        """Open the file; a new one becomes an empty workspace, and `created` tells so.

        `ids` gives uuids, random ones when None. Raises WorkspaceUnusable.
        """
        source = ids or uuid4
        database = Database(path, found=lambda db: _found(db, source))
        return cls(database, clock=clock, id_source=source)

    def perform(  # noqa: PLR0913 - the whole of a request
        self,
        method: str,
        path: str,
        body: JSON | None = None,
        *,
        query: Mapping[str, Sequence[str]] | None = None,
        actor: Actor,
        at: datetime | None = None,
        version: str = versions.NATIVE,
    ) -> JSON:
        """One request of the API with the rights of the owner, dated `at` (now when None).

        The answer has no request_id. Raises ApiError.
        """
        return self._answer(
            _Request(method, path, query or {}, body, versions.find(version)),
            identities.owner(actor),
            at=at,
        )

    def request(  # noqa: PLR0913 - the whole of a request
        self,
        method: str,
        path: str,
        query: Mapping[str, Sequence[str]],
        *,
        token: str | None,
        version: str | None,
        read_body: Callable[[], Any],
        at: datetime | None = None,
    ) -> JSON:
        """One request as a client sends it, dated `at` (now when None). Raises ApiError.

        With the rights of the token. Checked in this order: route, token, rate limit, version,
        JSON, capability, then the rest.
        """
        versions.router(version).match(method, path)
        caller = self._admitted(token)
        known = versions.find(version)
        return self._answer(_Request(method, path, query, read_body(), known), caller, at=at)

    def now(self) -> datetime:
        """The clock that the workspace was opened with."""
        return self._clock()

    def fault(
        self, method: str, path: str, *, token: str | None, version: str | None
    ) -> Effect | None:
        """What the plan of faults does to a request, which counts it.

        Raises ApiError for one that is refused for its route or token; no rule sees such a one.
        """
        if not self.faults.fit(method, path):
            return None
        versions.router(version).match(method, path)
        self._caller(token)
        return self.faults.take(method, path)

    def writes(self, method: str, path: str, version: str | None) -> bool:
        """Whether such a request changes anything. Raises ApiError for an unknown one."""
        route, _ = versions.router(version).match(method, path)
        return route.writes

    def knows(self, token: str | None) -> bool:
        """Whether somebody here holds that token, a revoked one included."""
        with self._database.reading() as db:
            return token is not None and identities.caller_with(db, token) is not None

    @contextmanager
    def transaction(self, *, ids: IdSource | None = None) -> Generator[None]:
        """Everything this thread performs within is kept at once, or not at all.

        Other writers wait meanwhile, so never await a request of this workspace within.

        `ids` takes the place of the workspace's own source meanwhile.
        """
        with self._database.writing():
            before = self._ids
            self._ids = ids or before
            try:
                yield
            finally:
                self._ids = before

    def add_person(self, name: str, email: str | None, *, user_id: str | None = None) -> str:
        """Add a member; gives the id."""
        with self._database.writing() as db:
            user = User(user_id or ids.database_id(self._ids), "person", name, email)
            identities.add_user(db, user)
        return user.id

    def add_bot(
        self,
        name: str,
        *,
        token: str,
        capabilities: Collection[Capability] = identities.CAPABILITIES,
        user_id: str | None = None,
    ) -> str:
        """Add an integration; gives its id.

        Tokens are kept as hashes, but for that of the first bot, the workspace's own one, which
        `own_token` gives back.
        """
        with self._database.writing() as db:
            user = User(user_id or ids.database_id(self._ids), "bot", name, None)
            identities.add_bot(db, user, token=token, capabilities=capabilities)
        return user.id

    def tokens(self) -> tuple[BotToken, ...]:
        """Every bot with its token's hash and its capabilities."""
        with self._database.reading() as db:
            return identities.bot_tokens(db)

    def own_token(self) -> str | None:
        """The token of the workspace's own bot; None when it has none."""
        with self._database.reading() as db:
            return identities.own_token(db)

    def share(self, object_id: str, bot_id: str) -> None:
        """Let the bot see the object and everything below it. Raises ApiError when missing."""
        with self._database.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO shares (bot_id, node) VALUES (?, ?)",
                (bot_id, _number(db, object_id)),
            )

    def unshare(self, object_id: str, bot_id: str) -> None:
        """Take the share back; what lies below a shared ancestor stays visible."""
        with self._database.writing() as db:
            db.execute(
                "DELETE FROM shares WHERE bot_id = ? AND node = ?",
                (bot_id, _number(db, object_id)),
            )

    def rename(self, name: str) -> None:
        """Give the workspace another name."""
        with self._database.writing() as db:
            db.execute("UPDATE workspace SET name = ?", (name,))

    def conditions(self) -> Conditions:
        """The conditions under which it serves."""
        with self._database.reading() as db:
            return conditions.load(db)

    def set_conditions(self, **changes: Any) -> Conditions:
        """Change some of the conditions, for every process; gives all of them.

        Raises PlanInvalid, and then nothing is changed.
        """
        with self._database.writing() as db:
            changed = read_conditions(conditions.unusual(conditions.load(db)) | changes)
            conditions.keep(db, changed)
        return changed

    def plan(self) -> Plan:
        """The faults and conditions as they were set; `faults.states` tells how far each is."""
        rules = tuple(state.rule for state in self.faults.states())
        return Plan(self.faults.seed(), self.conditions(), rules)

    def set_plan(self, plan: Plan) -> None:
        """Put a plan in the place of all faults and conditions, for every process at once."""
        with self._database.writing() as db:
            conditions.keep(db, plan.conditions)
            self.faults.clear()
            self.faults.reseed(plan.seed)
            for rule in plan.rules:
                self.faults.set(rule)

    def info(self) -> WorkspaceInfo:
        """Id, name and counts."""
        with self._database.reading() as db:
            row = db.execute(
                """SELECT id, name,
                    (SELECT count(*) FROM nodes n JOIN nodes p ON p.number = n.parent
                     WHERE p.kind = 'data_source' AND n.in_trash = 0),
                    (SELECT count(*) FROM nodes WHERE kind = 'data_source' AND in_trash = 0),
                    (SELECT count(*) FROM users)
                FROM workspace"""
            ).fetchone()
        return WorkspaceInfo(*row)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _caller(self, token: str | None) -> tuple[Caller, Conditions]:
        with self._database.reading() as db:
            caller = identities.caller_with(db, token) if token else None
            known = conditions.load(db)
        if caller is None or {caller.bot_id, caller.bot_name} & set(known.revoked):
            raise errors.unauthorized()
        return caller, known

    def _admitted(self, token: str | None) -> Caller:
        caller, known = self._caller(token)
        if limits.are_on(known):
            now_ms = self._now_ms(known)
            with self._database.writing() as db:
                limits.count(db, known, bot_id=caller.actor.id, now_ms=now_ms)
        return caller

    def _now_ms(self, known: Conditions) -> int:
        return to_ms(self._clock()) + round(known.clock_skew_s * limits.MS_PER_S)

    def _answer(self, request: "_Request", caller: Caller, *, at: datetime | None = None) -> JSON:
        route, arguments = request.version.router.match(request.method, request.path)
        if route.needs and route.needs not in caller.capabilities:
            raise errors.restricted()
        transaction = self._database.writing if route.writes else self._database.reading
        with transaction() as db:
            call = Call(
                db=db,
                caller=caller,
                now_ms=to_ms(at) if at else self._now_ms(conditions.load(db)),
                ids=self._ids,
                path=arguments,
                query=Input(_query(request.query), "query"),
                body=Input({} if request.body is None else request.body, "body"),
            )
            answer = readable.readable(call, request.version.answer(route, call))
            mentions.tell(call, answer)
            return answer


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    body: Any
    version: Version


def _found(db: sqlite3.Connection, source: IdSource) -> None:
    db.execute(
        "INSERT INTO workspace (id, name) VALUES (?, ?)", (ids.database_id(source), DEFAULT_NAME)
    )


def _query(sent: Mapping[str, Sequence[str]]) -> JSON:
    return {
        key.removesuffix("[]"): list(values) if "filter_properties" in key else values[-1]
        for key, values in sent.items()
    }


def _number(db: sqlite3.Connection, object_id: str) -> int:
    row = db.execute(
        "SELECT number FROM nodes WHERE id = ?", (ids.canonical_id(object_id),)
    ).fetchone()
    if row is None:
        raise errors.not_found("object", object_id, bot_id=None, bot_name=None)
    number: int = row[0]
    return number
