"""The tree of databases, data sources, pages and blocks: finding, reading, adding, editing."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from server.workspace import ids
from server.workspace.call import Call
from server.workspace.errors import in_trash, not_found

Kind = Literal["database", "data_source", "page", "block"]
PAGE_CONTENT: tuple[Kind, ...] = ("block", "page", "database")
"""What stands among the blocks of a page."""

MS_PER_S = 1000

_FIELDS = """n.number, n.id, n.kind, n.parent, n.position, n.in_trash, n.title,
    n.created_at, n.edited_at, n.created_by, n.edited_by, n.is_archived"""


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
    is_archived: bool = False


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


def refuse_edit(db: sqlite3.Connection, node: Node, *, in_trash: bool | None) -> None:
    """400 when the object lies in the trash and this edit, `in_trash`, does not bring it back."""
    number = node.parent if in_trash is False else node.number
    if number is not None:
        refuse_in_trash(db, number)


def is_trashed(db: sqlite3.Connection, number: int) -> bool:
    """Whether the object or anything above it lies in the trash."""
    return any(row["in_trash"] for row in upwards(db, number))


def is_visible(call: Call, number: int) -> bool:
    """Whether the object or anything above it is shared with the caller."""
    if call.caller.bot_id is None:
        return True
    shared = shared_with(call.db, call.caller.bot_id)
    return any(row["number"] in shared for row in upwards(call.db, number))


def upwards(db: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """Row and own trash flag of the object and of everything above it, from below."""
    # UNION, not UNION ALL: it ends even in a damaged file, where something stands below itself.
    return db.execute(
        """WITH RECURSIVE up (number, parent, in_trash) AS (
            SELECT number, parent, in_trash FROM nodes WHERE number = ?
            UNION
            SELECT n.number, n.parent, n.in_trash FROM nodes n JOIN up ON n.number = up.parent)
        SELECT number, in_trash FROM up""",
        (number,),
    ).fetchall()


def title_of(call: Call, object_id: str) -> str | None:
    """The title of an object, or None where the caller sees no such object."""
    node = _by_id(call.db, object_id)
    return node.title if node is not None and is_visible(call, node.number) else None


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


def children_from(
    db: sqlite3.Connection, number: int, kinds: Sequence[Kind], start: tuple[int, int], limit: int
) -> list[Node]:
    """The first children as `children` gives them, from a position and number on."""
    marks = ",".join("?" * len(kinds))
    where = (
        f"n.parent = ? AND n.in_trash = 0 AND n.kind IN ({marks})"
        " AND (n.position, n.number) >= (?, ?)"
    )
    rows = db.execute(
        f"{_select(where)} ORDER BY n.position, n.number LIMIT ?", (number, *kinds, *start, limit)
    )
    return [_node(row) for row in rows]


def place(db: sqlite3.Connection, number: int, object_id: str) -> tuple[int, int] | None:
    """Position and number of a child, also of one in the trash; None where there is none."""
    row = db.execute(
        "SELECT position, number FROM nodes WHERE id = ? AND parent = ?", (object_id, number)
    ).fetchone()
    return None if row is None else (row[0], row[1])


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
    object_id: str | None = None,
) -> Node:
    """Add an object under its parent, dated now and by the caller; 403 in a full workspace.

    `object_id` is a fresh one of its kind when None.
    """
    call.refuse_when_full()
    node = Node(
        number=0,
        id=object_id or _fresh_id(call, kind),
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
    return _store(call, node, content)


def update(  # noqa: PLR0913 - what may change of a node
    call: Call,
    node: Node,
    content: dict[str, Any],
    *,
    title: str | None = None,
    in_trash: bool | None = None,
    is_archived: bool | None = None,
) -> Node:
    """Keep a changed document, dated now and by the caller."""
    edited = replace(
        node,
        title=node.title if title is None else title,
        in_trash=node.in_trash if in_trash is None else in_trash,
        is_archived=node.is_archived if is_archived is None else is_archived,
        edited_at=call.now_ms if node.kind == "database" else call.minute_ms,
        edited_by=call.actor_id,
    )
    if edited.title != node.title:
        _date_title(call, node)
    call.db.execute(
        "UPDATE nodes SET title = ?, in_trash = ?, is_archived = ?, edited_at = ?, edited_by = ?"
        " WHERE number = ?",
        (
            edited.title, edited.in_trash, edited.is_archived, edited.edited_at, edited.edited_by,
            node.number,
        ),
    )  # fmt: skip
    write_document(call.db, node.number, content)
    return edited


def erase_content(call: Call, node: Node) -> None:
    """Put everything that stands on a page into the trash."""
    marks = ",".join("?" * len(PAGE_CONTENT))
    call.db.execute(
        f"UPDATE nodes SET in_trash = 1, edited_by = ?,"  # noqa: S608 - marks only
        " edited_at = iif(kind = 'database', ?, ?)"
        f" WHERE parent = ? AND in_trash = 0 AND kind IN ({marks})",
        (call.actor_id, call.now_ms, call.minute_ms, node.number, *PAGE_CONTENT),
    )


def move(call: Call, node: Node, parent: Node | None, *, position: int = 0) -> Node:
    """Put the object under another parent, without dating it."""
    number = parent.number if parent else None
    call.db.execute(
        "UPDATE nodes SET parent = ?, position = ? WHERE number = ?",
        (number, position, node.number),
    )
    return replace(node, parent=number, position=position)


def is_within(db: sqlite3.Connection, number: int, container: int) -> bool:
    """Whether an object is another one, or lies anywhere below it."""
    return any(row["number"] == container for row in upwards(db, number))


def search_horizon_ms(call: Call) -> int:
    """Titles given after this are not known to the search yet."""
    return call.now_ms - round(call.conditions.search_delay_s * MS_PER_S)


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
        row["created_by"], row["edited_by"], bool(row["is_archived"]),
    )  # fmt: skip


def _fresh_id(call: Call, kind: Kind) -> str:
    return ids.database_id(call.ids) if kind == "database" else ids.object_id(call.ids)


def _store(call: Call, node: Node, content: dict[str, Any]) -> Node:
    number = call.db.execute(
        "INSERT INTO nodes (id, kind, parent, position, title, created_at, edited_at, created_by,"
        " edited_by, titled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            node.id, node.kind, node.parent, node.position, node.title, node.created_at,
            node.edited_at, node.created_by, node.edited_by, call.now_ms,
        ),
    ).lastrowid  # fmt: skip
    call.db.execute(
        "INSERT INTO documents (node, document) VALUES (?, ?)", (number, _json(content))
    )
    return replace(node, number=number or 0)


def _date_title(call: Call, node: Node) -> None:
    """Keep the title that the search knows by now, and date the one that is coming."""
    call.db.execute(
        "UPDATE nodes SET titled_at = ?,"
        " former_title = CASE WHEN titled_at <= ? THEN title ELSE former_title END"
        " WHERE number = ?",
        (call.now_ms, search_horizon_ms(call), node.number),
    )


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
