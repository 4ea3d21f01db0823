"""Comments: what people and integrations say about pages and blocks, in discussions."""

import json
import sqlite3
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from server.workspace import decorations, identities, ids, nodes, paging, richtext, times
from server.workspace.call import Call
from server.workspace.errors import ApiError, not_found
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.paging import Place

MAX_ATTACHMENTS = 3
_NOWHERE = 0
"""Where deleted comments stand; no node has this number."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; instants in milliseconds. `document` holds its text and its display name."""

    number: int
    id: str
    node: int
    discussion_id: str
    created_at: int
    edited_at: int
    created_by: str
    document: dict[str, Any]


def create(call: Call) -> dict[str, Any]:
    """POST /v1/comments: a new discussion on a page or block, or a word in one that is there."""
    body = call.body.only(
        "parent", "discussion_id", "rich_text", "markdown", "attachments", "display_name"
    )
    node, discussion_id = _place(call, body)
    nodes.refuse_in_trash(call.db, node.number)
    document = _text(call, body) | {"display_name": _display_name(call, body.get("display_name"))}
    return _answer(_insert(call, node, discussion_id, document), node)


def list_all(call: Call) -> dict[str, Any]:
    """GET /v1/comments: those that stand on exactly this page or block, oldest first."""
    node = nodes.find(call, call.query.need("block_id").id(), *nodes.PAGE_CONTENT)
    found, following = paging.page(
        call.query,
        read=partial(_on, call.db, node.number),
        place=partial(_stood, call.db, node.number),
        cursor=lambda comment: comment.id,
        is_id=True,
    )
    answers = [_answer(comment, node) for comment in found]
    return paging.envelope(answers, kind="comment", next_cursor=following)


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/comments/{comment_id}."""
    comment = find(call, call.path_id("comment_id"))
    return _answer(comment, nodes.by_number(call.db, comment.node))


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/comments/{comment_id}: an own comment says something else."""
    comment = _own(call)
    body = call.body.only("rich_text", "markdown")
    document = comment.document | _text(call, body)
    comment = replace(comment, document=document, edited_at=call.minute_ms)
    call.db.execute(
        "UPDATE comments SET document = ?, edited_at = ? WHERE number = ?",
        (json.dumps(document), comment.edited_at, comment.number),
    )
    return _answer(comment, nodes.by_number(call.db, comment.node))


def delete(call: Call) -> dict[str, Any]:
    """DELETE /v1/comments/{comment_id}: an own comment is gone; answers what it was.

    Its place among the others is kept, for a cursor may name it.
    """
    comment = _own(call)
    call.db.execute(
        "UPDATE comments SET node = ?, discussion_id = '', document = '{}' WHERE number = ?",
        (_NOWHERE, comment.number),
    )
    return _answer(comment, nodes.by_number(call.db, comment.node))


def find(call: Call, comment_id: str) -> Comment:
    """The comment of that id; 404 when it is missing or stands on something not shared."""
    row = call.db.execute(
        "SELECT * FROM comments WHERE id = ? AND node != ?", (comment_id, _NOWHERE)
    ).fetchone()
    if row is None or not nodes.is_visible(call, row["node"]):
        raise _missing(call, "comment", comment_id)
    return _comment(row)


def _on(db: sqlite3.Connection, node: int, start: Place, limit: int) -> list[Comment]:
    rows = db.execute(
        "SELECT * FROM comments WHERE node = ? AND number >= ? ORDER BY number LIMIT ?",
        (node, start[1], limit),
    )
    return [_comment(row) for row in rows]


def _stood(db: sqlite3.Connection, node: int, comment_id: str) -> Place | None:
    row = db.execute(
        "SELECT number FROM comments WHERE id = ? AND node IN (?, ?)", (comment_id, node, _NOWHERE)
    ).fetchone()
    return None if row is None else (0, row[0])


def _own(call: Call) -> Comment:
    comment = find(call, call.path_id("comment_id"))
    is_foreign = call.caller.bot_id is not None and comment.created_by != call.actor_id
    if is_foreign:
        raise _missing(call, "comment", comment.id)
    nodes.refuse_in_trash(call.db, comment.node)
    return comment


def _place(call: Call, body: Input) -> tuple[Node, str]:
    if body.key(("parent", "discussion_id")) == "parent":
        if body.get("discussion_id").given:
            raise body.get("discussion_id").refusal("not present")
        return _parent(call, body.get("parent")), ids.object_id(call.ids)
    discussion_id = body.get("discussion_id").id()
    row = call.db.execute(
        "SELECT node FROM comments WHERE discussion_id = ? LIMIT 1", (discussion_id,)
    ).fetchone()
    if row is None or not nodes.is_visible(call, row["node"]):
        raise _missing(call, "discussion", discussion_id)
    return nodes.by_number(call.db, row["node"]), discussion_id


def _parent(call: Call, source: Input) -> Node:
    key, object_id = source.one_id(("page_id", "block_id"))
    if key == "page_id":
        return nodes.find(call, object_id, "page")
    # A page is a block, too.
    return nodes.find(call, object_id, "block", "page")


def _text(call: Call, body: Input) -> dict[str, Any]:
    if not body.get("markdown").absent:
        raise body.get("markdown").refusal("not present: comments in markdown are not served yet")
    attachments = body.get("attachments")
    if not attachments.absent:
        for attachment in attachments.items(MAX_ATTACHMENTS):
            decorations.refuse_upload(attachment)
    return {"rich_text": richtext.parse(call, body.need("rich_text"))}


def _display_name(call: Call, source: Input) -> dict[str, Any]:
    kind = "user" if call.caller.bot_id is None else "integration"
    if not source.absent:
        kind = source.need("type").choice(("integration", "user", "custom"))
    if kind == "custom":
        return {"type": kind, "resolved_name": source.need("custom").need("name").text()}
    author = call.users.get(call.actor_id)
    return {"type": kind, "resolved_name": author.name if author else None}


def _insert(call: Call, node: Node, discussion_id: str, document: dict[str, Any]) -> Comment:
    comment = Comment(
        number=0,
        id=ids.object_id(call.ids),
        node=node.number,
        discussion_id=discussion_id,
        created_at=call.minute_ms,
        edited_at=call.minute_ms,
        created_by=call.actor_id,
        document=document,
    )
    call.db.execute(
        "INSERT INTO comments (id, node, discussion_id, created_at, edited_at, created_by,"
        " document) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            comment.id, comment.node, comment.discussion_id, comment.created_at,
            comment.edited_at, comment.created_by, json.dumps(document),
        ),
    )  # fmt: skip
    return comment


def _comment(row: sqlite3.Row) -> Comment:
    return Comment(
        row["number"], row["id"], row["node"], row["discussion_id"], row["created_at"],
        row["edited_at"], row["created_by"], json.loads(row["document"]),
    )  # fmt: skip


def _answer(comment: Comment, node: Node) -> dict[str, Any]:
    kind = f"{node.kind}_id"
    return {
        "object": "comment",
        "id": comment.id,
        "parent": {"type": kind, kind: node.id},
        "discussion_id": comment.discussion_id,
        "created_time": times.minute(comment.created_at),
        "last_edited_time": times.minute(comment.edited_at),
        "created_by": identities.partial_user(comment.created_by),
        "rich_text": comment.document["rich_text"],
        "display_name": comment.document["display_name"],
    }


def _missing(call: Call, kind: str, object_id: str) -> ApiError:
    return not_found(kind, object_id, bot_id=call.caller.bot_id, bot_name=call.caller.bot_name)
