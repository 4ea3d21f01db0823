"""The tree of databases, data sources, pages and blocks: finding, reading, adding, editing."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from server.workspace import ids
from server.workspace.call import Call
from server.workspace.errors import in_trash, not_found
from server.workspace.sql import Sql

Kind = Literal["database", "data_source", "page", "block"]
PAGE_CONTENT: tuple[Kind, ...] = ("block", "page", "database")
"""What stands among the blocks of a page."""

_FIELDS = """n.number, n.id, n.kind, n.parent, n.position, n.in_trash, n.title,
    n.created_at, n.edited_at, n.created_by, n.edited_by"""


@dataclass(frozen=True, slots=True)
class Node:
    """One object of the workspace; instants in milliseconds."""

    number: int
    id: str
    kind: Kind
    parent: int | None
    position: int
    in_trash: bool
    title: str
    created_at: int
    edited_at: int
    created_by: str
    edited_by: str


def find(call: Call, object_id: str, *kinds: Kind, named: str | None = None) -> Node:
    """The object of that id; 404 when it is of another kind, missing or not shared."""
    node = _by_id(call.db, object_id)
    if node is None or node.kind not in kinds or not is_visible(call, node.number):
        raise not_found(
            named or kinds[0],
            object_id,
            bot_id=call.caller.bot_id,
            bot_name=call.caller.bot_name,
        )
    return node


def find_editable(call: Call, object_id: str, *kinds: Kind, named: str | None = None) -> Node:
    """As `find`, and neither it nor anything above it lies in the trash."""
    node = find(call, object_id, *kinds, named=named)
    refuse_in_trash(call.db, node.number)
    return node


def refuse_in_trash(db: sqlite3.Connection, number: int) -> None:
    """400 when the object or anything above it lies in the trash."""
    if is_trashed(db, number):
        raise in_trash()


def is_trashed(db: sqlite3.Connection, number: int) -> bool:
    """Whether the object or anything above it lies in the trash."""
    return any(row["in_trash"] for row in _upwards(db, number))


def is_visible(call: Call, number: int) -> bool:
    """Whether the object or anything above it is shared with the caller."""
    if call.caller.bot_id is None:
        return True
    shared = shared_with(call.db, call.caller.bot_id)
    return any(row["number"] in shared for row in _upwards(call.db, number))


def known(db: sqlite3.Connection, object_id: str) -> Node:
    """The object of an id that we keep ourselves; shared or not."""
    return _node(db.execute(_select("n.id = ?"), (object_id,)).fetchone())


def by_number(db: sqlite3.Connection, number: int) -> Node:
    """The object of that row."""
    return _node(db.execute(_select("n.number = ?"), (number,)).fetchone())


def children(db: sqlite3.Connection, number: int, *kinds: Kind) -> list[Node]:
    """Every child that does not lie in the trash, in order."""
    marks = ",".join("?" * len(kinds))
    where = f"n.parent = ? AND n.in_trash = 0 AND n.kind IN ({marks})"
    rows = db.execute(f"{_select(where)} ORDER BY n.position, n.number", (number, *kinds))
    return [_node(row) for row in rows]


def matching(db: sqlite3.Connection, condition: Sql, order: str) -> Iterator[Node]:
    """Objects for which a compiled condition over `n` holds, one by one in that order."""
    rows = db.execute(f"{_select(condition.text)} ORDER BY {order}", condition.parameters)
    return (_node(row) for row in rows)


def shared_with(db: sqlite3.Connection, bot_id: str | None) -> frozenset[int]:
    """What is shared with a bot by name; everything below it is, too."""
    rows = db.execute("SELECT node FROM shares WHERE bot_id = ?", (bot_id,))
    return frozenset(row[0] for row in rows)


def has_children(db: sqlite3.Connection, number: int) -> bool:
    """Whether anything of its content does not lie in the trash."""
    return bool(
        db.execute(
            "SELECT 1 FROM nodes WHERE parent = ? AND in_trash = 0 AND kind IN"
            " ('block', 'page', 'database') LIMIT 1",
            (number,),
        ).fetchone()
    )


def document(db: sqlite3.Connection, number: int) -> dict[str, Any]:
    """The document beside the node."""
    row = db.execute("SELECT document FROM documents WHERE node = ?", (number,)).fetchone()
    loaded: dict[str, Any] = json.loads(row[0])
    return loaded


def load(db: sqlite3.Connection, numbers: Sequence[int]) -> list[tuple[Node, dict[str, Any]]]:
    """Nodes with their documents, in the order asked."""
    marks = ",".join("?" * len(numbers))
    rows = db.execute(
        f"SELECT {_FIELDS}, d.document FROM nodes n JOIN documents d ON d.node = n.number"  # noqa: S608 - marks only
        f" WHERE n.number IN ({marks})",
        tuple(numbers),
    )
    found = {row["number"]: (_node(row), json.loads(row["document"])) for row in rows}
    return [found[number] for number in numbers]


def insert(  # noqa: PLR0913 - a node is made in one place
    call: Call,
    kind: Kind,
    parent: int | None,
    content: dict[str, Any],
    *,
    title: str = "",
    position: int = 0,
) -> Node:
    """Add an object under its parent, dated now and by the caller."""
    node = Node(
        number=0,
        id=ids.database_id(call.ids) if kind == "database" else ids.object_id(call.ids),
        kind=kind,
        parent=parent,
        position=position,
        in_trash=False,
        title=title,
        created_at=call.now_ms if kind == "database" else call.minute_ms,
        edited_at=call.now_ms if kind == "database" else call.minute_ms,
        created_by=call.actor_id,
        edited_by=call.actor_id,
    )
    return _store(call.db, node, content)


def update(
    call: Call,
    node: Node,
    content: dict[str, Any],
    *,
    title: str | None = None,
    in_trash: bool | None = None,
) -> Node:
    """Keep a changed document, dated now and by the caller."""
    edited = replace(
        node,
        title=node.title if title is None else title,
        in_trash=node.in_trash if in_trash is None else in_trash,
        edited_at=call.now_ms if node.kind == "database" else call.minute_ms,
        edited_by=call.actor_id,
    )
    call.db.execute(
        "UPDATE nodes SET title = ?, in_trash = ?, edited_at = ?, edited_by = ? WHERE number = ?",
        (edited.title, edited.in_trash, edited.edited_at, edited.edited_by, node.number),
    )
    write_document(call.db, node.number, content)
    return edited


def write_document(db: sqlite3.Connection, number: int, content: dict[str, Any]) -> None:
    """Keep a changed document without dating it."""
    db.execute("UPDATE documents SET document = ? WHERE node = ?", (_json(content), number))


def end_of(db: sqlite3.Connection, number: int | None) -> int:
    """The position after the last child."""
    row = db.execute("SELECT max(position) FROM nodes WHERE parent IS ?", (number,)).fetchone()
    return 0 if row[0] is None else int(row[0]) + 1


def make_room(db: sqlite3.Connection, number: int, position: int, count: int) -> None:
    """Move the children from that position on, so that `count` fit in before them."""
    db.execute(
        "UPDATE nodes SET position = position + ? WHERE parent = ? AND position >= ?",
        (count, number, position),
    )


def parent_answer(db: sqlite3.Connection, node: Node) -> dict[str, Any]:
    """Where the object stands, as the API shows it."""
    if node.parent is None:
        return {"type": "workspace", "workspace": True}
    parent = by_number(db, node.parent)
    kind = f"{parent.kind}_id"
    answer: dict[str, Any] = {"type": kind, kind: parent.id}
    if parent.kind == "data_source" and parent.parent is not None:
        answer["database_id"] = by_number(db, parent.parent).id
    return answer


def _by_id(db: sqlite3.Connection, object_id: str) -> Node | None:
    row = db.execute(_select("n.id = ?"), (object_id,)).fetchone()
    return None if row is None else _node(row)


def _select(where: str) -> str:
    return f"SELECT {_FIELDS} FROM nodes n WHERE {where}"  # noqa: S608 - our own words


def _node(row: sqlite3.Row) -> Node:
    return Node(
        row["number"], row["id"], row["kind"], row["parent"], row["position"],
        bool(row["in_trash"]), row["title"], row["created_at"], row["edited_at"],
        row["created_by"], row["edited_by"],
    )  # fmt: skip


def _store(db: sqlite3.Connection, node: Node, content: dict[str, Any]) -> Node:
    number = db.execute(
        "INSERT INTO nodes (id, kind, parent, position, title, created_at, edited_at, created_by,"
        " edited_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            node.id, node.kind, node.parent, node.position, node.title, node.created_at,
            node.edited_at, node.created_by, node.edited_by,
        ),
    ).lastrowid  # fmt: skip
    db.execute("INSERT INTO documents (node, document) VALUES (?, ?)", (number, _json(content)))
    return replace(node, number=number or 0)


def _upwards(db: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    return db.execute(
        """WITH RECURSIVE up (number, parent, in_trash) AS (
            SELECT number, parent, in_trash FROM nodes WHERE number = ?
            UNION ALL
            SELECT n.number, n.parent, n.in_trash FROM nodes n JOIN up ON n.number = up.parent)
        SELECT number, in_trash FROM up""",
        (number,),
    ).fetchall()


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
