"""People and bots, their tokens and capabilities, and who is calling."""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from playbooks.objects import Capability

CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
UPLOAD_LIMIT_BYTES = 5_242_880


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is written into created_by and last_edited_by."""

    id: str
    kind: Literal["person", "bot"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and with which rights; an owner sees everything, a bot what is shared with it."""

    actor: Actor
    capabilities: frozenset[str]
    bot_name: str | None = None

    @property
    def bot_id(self) -> str | None:
        """The integration behind the call; None for the owner."""
        return self.actor.id if self.bot_name is not None else None


@dataclass(frozen=True, slots=True)
class User:
    """A member or an integration of the workspace."""

    id: str
    kind: Literal["person", "bot"]
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class BotToken:
    """What is known of a bot's token: the token itself is kept as a hash."""

    bot_id: str
    bot_name: str
    token_hash: str
    capabilities: tuple[str, ...]


def owner(actor: Actor) -> Caller:
    """A caller with every right."""
    return Caller(actor, frozenset(CAPABILITIES))


def add_user(db: sqlite3.Connection, user: User) -> None:
    """Keep a person."""
    db.execute(
        "INSERT INTO users (id, kind, name, email) VALUES (?, ?, ?, ?)",
        (user.id, user.kind, user.name, user.email),
    )


def add_bot(
    db: sqlite3.Connection, user: User, *, token: str, capabilities: Collection[str]
) -> None:
    """Keep a bot with its token as a hash; that of the first bot stays readable."""
    is_first = not db.execute("SELECT 1 FROM users WHERE kind = 'bot'").fetchone()
    db.execute(
        "INSERT INTO users (id, kind, name, token_hash, own_token, capabilities)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            user.id,
            user.kind,
            user.name,
            hashed(token),
            token if is_first else None,
            json.dumps(sorted(capabilities)),
        ),
    )


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def bot_tokens(db: sqlite3.Connection) -> tuple[BotToken, ...]:
    """Every bot, in the order they were added."""
    rows = db.execute("SELECT * FROM users WHERE kind = 'bot' ORDER BY number")
    return tuple(
        BotToken(row["id"], row["name"], row["token_hash"], tuple(json.loads(row["capabilities"])))
        for row in rows
    )


def own_token(db: sqlite3.Connection) -> str | None:
    """The token of the workspace's own bot."""
    row = db.execute("SELECT own_token FROM users WHERE own_token IS NOT NULL").fetchone()
    return row[0] if row else None


def caller_with(db: sqlite3.Connection, token: str) -> Caller | None:
    """The bot that holds this token."""
    row = db.execute("SELECT * FROM users WHERE token_hash = ?", (hashed(token),)).fetchone()
    if row is None:
        return None
    return Caller(
        Actor(row["id"], "bot"), frozenset(json.loads(row["capabilities"])), bot_name=row["name"]
    )


def users(db: sqlite3.Connection) -> Mapping[str, User]:
    """Everybody by id, in the order they were added."""
    rows = db.execute("SELECT id, kind, name, email FROM users ORDER BY number")
    return {row["id"]: User(*row) for row in rows}


def users_from(db: sqlite3.Connection, start: tuple[int, int], limit: int) -> list[User]:
    """The first of everybody, from a place on."""
    rows = db.execute(
        "SELECT id, kind, name, email FROM users WHERE number >= ? ORDER BY number LIMIT ?",
        (start[1], limit),
    )
    return [User(*row) for row in rows]


def place(db: sqlite3.Connection, user_id: str) -> tuple[int, int] | None:
    """Where somebody stands among all; None where there is no such user."""
    row = db.execute("SELECT number FROM users WHERE id = ?", (user_id,)).fetchone()
    return None if row is None else (0, row[0])


def user_answer(user: User, workspace: sqlite3.Row) -> dict[str, Any]:
    """A user as the API shows it."""
    known: dict[str, Any] = {
        "object": "user",
        "id": user.id,
        "name": user.name,
        "avatar_url": None,
        "type": user.kind,
    }
    if user.kind == "person":
        email = {"email": user.email, "email_verified": True} if user.email else {}
        return known | {"person": email}
    return known | {
        "bot": {
            "owner": {"type": "workspace", "workspace": True},
            "workspace_name": workspace["name"],
            "workspace_id": workspace["id"],
            "workspace_limits": {"max_file_upload_size_in_bytes": UPLOAD_LIMIT_BYTES},
        }
    }


def partial_user(user_id: str) -> dict[str, Any]:
    """A user as objects name their author."""
    return {"object": "user", "id": user_id}
