"""Blocks: what stands on a page. List, append, retrieve, update, delete."""

from typing import Any

from server.workspace import block_types, decorations, identities, nodes, paging, times
from server.workspace.call import Call
from server.workspace.errors import in_trash, invalid
from server.workspace.inputs import Input
from server.workspace.nodes import PAGE_CONTENT, Node

MAX_LEVELS = 2
"""How deep children may have children within one request."""

MAX_BLOCKS = 1000


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/blocks/{block_id}; a page or database answers as a block."""
    node = _find(call)
    return answer(call, node, nodes.document(call.db, node.number))


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/blocks/{block_id}: content, trash."""
    node = _find(call)
    trashed = decorations.flag(call.body.get("in_trash"))
    if trashed is not False and nodes.is_trashed(call.db, node.number):
        raise in_trash()
    document = nodes.document(call.db, node.number)
    if node.kind == "block":
        document = document | {"content": _changed(call.body, document)}
    node = nodes.update(call, node, document, in_trash=trashed)
    return answer(call, node, document)


def delete(call: Call) -> dict[str, Any]:
    """DELETE /v1/blocks/{block_id}: into the trash; also pages and databases."""
    node = _find(call)
    nodes.refuse_in_trash(call.db, node.number)
    document = nodes.document(call.db, node.number)
    return answer(call, nodes.update(call, node, document, in_trash=True), document)


def list_children(call: Call) -> dict[str, Any]:
    """GET /v1/blocks/{block_id}/children."""
    node = _find(call)
    found, following = paging.slice_from(
        [(child.id, child) for child in nodes.children(call.db, node.number, *PAGE_CONTENT)],
        cursor=paging.start_cursor(call.query),
        size=paging.page_size(call.query),
    )
    return paging.envelope(_answers(call, found), kind="block", next_cursor=following)


def append(call: Call) -> dict[str, Any]:
    """PATCH /v1/blocks/{block_id}/children: at the end, the start, or after a block."""
    node = _find(call)
    nodes.refuse_in_trash(call.db, node.number)
    body = call.body.only("children", "position")
    added = add(call, node, body.need("children"), at=_place(call, node, body.get("position")))
    return paging.envelope(_answers(call, added), kind="block")


def add(call: Call, parent: Node, sent: Input, *, at: int | None = None) -> list[Node]:
    """Add blocks under a page or block; `at` is the position of the first, None the end."""
    children = sent.items()
    if sum(_count(child, 1) for child in children) > MAX_BLOCKS:
        raise sent.refusal(f"no more than `{MAX_BLOCKS}` blocks in all")
    position = nodes.end_of(call.db, parent.number) if at is None else at
    nodes.make_room(call.db, parent.number, position, len(children))
    return [_add(call, parent, child, position=position + i) for i, child in enumerate(children)]


def answer(call: Call, node: Node, document: dict[str, Any]) -> dict[str, Any]:
    """A block as the API shows it."""
    kind = document["type"] if node.kind == "block" else f"child_{node.kind}"
    return {
        "object": "block",
        "id": node.id,
        "parent": nodes.parent_answer(call.db, node),
        "created_time": times.minute(node.created_at),
        "last_edited_time": times.minute(node.edited_at),
        "created_by": identities.partial_user(node.created_by),
        "last_edited_by": identities.partial_user(node.edited_by),
        "has_children": node.kind != "database" and nodes.has_children(call.db, node.number),
        "in_trash": node.in_trash,
        "type": kind,
        kind: document["content"] if node.kind == "block" else {"title": node.title},
    }


def _find(call: Call) -> Node:
    return nodes.find(call, call.path_id("block_id"), *PAGE_CONTENT)


def _answers(call: Call, found: list[Node]) -> list[dict[str, Any]]:
    loaded = nodes.load(call.db, [node.number for node in found])
    return [answer(call, node, document) for node, document in loaded]


def _changed(body: Input, document: dict[str, Any]) -> dict[str, Any]:
    kind, content = document["type"], document["content"]
    for key, _ in body.members():
        if key in block_types.NAMES and key != kind:
            raise body.get(key).refusal(f"not present: the block is of type {kind}")
    sent = body.get(kind)
    return block_types.changed(kind, content, sent) if sent.given else content


def _place(call: Call, parent: Node, sent: Input) -> int | None:
    if sent.absent:
        return None
    match sent.need("type").choice(("after_block", "start", "end")):
        case "start":
            return 0
        case "after_block":
            return _after(call, parent, sent.need("after_block").need("id").id())
        case _:
            return None


def _after(call: Call, parent: Node, block_id: str) -> int:
    sibling = nodes.find(call, block_id, *PAGE_CONTENT)
    if sibling.parent != parent.number:
        raise invalid(f"Block {block_id} is not a child of {parent.id}.")
    return sibling.position + 1


def _add(call: Call, parent: Node, sent: Input, *, position: int) -> Node:
    kind, content, children = block_types.parse(sent)
    document = {"type": kind, "content": content}
    node = nodes.insert(call, "block", parent.number, document, position=position)
    if children.given:
        for i, child in enumerate(children.items()):
            _add(call, node, child, position=i)
    return node


def _count(sent: Input, level: int) -> int:
    children = block_types.children_of(sent)
    if not children.given:
        return 1
    if level > MAX_LEVELS:
        raise children.refusal("not present")
    return 1 + sum(_count(child, level + 1) for child in children.items())
