"""Blocks: what stands on a page. List, append, retrieve, update, delete."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from server.workspace import block_types, decorations, identities, nodes, paging, times
from server.workspace.block_types import Sent
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.nodes import PAGE_CONTENT, Node
from server.workspace.places import Places

MAX_BLOCKS = 1000


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/blocks/{block_id}; a page or database answers as a block."""
    node = _find(call)
    return answer(call, node, nodes.document(call.db, node.number))


def update(call: Call) -> dict[str, Any]:
    """PATCH /v1/blocks/{block_id}: content, trash."""
    node = _find(call)
    body = call.body.only("type", "in_trash", *block_types.NAMES)
    trashed = decorations.flag(body.get("in_trash"))
    nodes.refuse_edit(call.db, node, in_trash=trashed)
    document = nodes.document(call.db, node.number)
    document = _changed(call, node, body, document)
    node = nodes.update(call, node, document, in_trash=trashed)
    return answer(call, node, document)


def delete(call: Call) -> dict[str, Any]:
    """DELETE /v1/blocks/{block_id}: into the trash; also pages and databases."""
    node = _find(call)
    nodes.refuse_in_trash(call.db, node.number)
    document = nodes.document(call.db, node.number)
    return answer(call, nodes.update(call, node, document, in_trash=True), document)


def list_children(call: Call) -> dict[str, Any]:
    """GET /v1/blocks/{block_id}/children; a copy of a synced block shows those of its original."""
    node = _find(call)
    node = _original(call, node, nodes.document(call.db, node.number))
    found, following = paging.page(
        call.query,
        read=partial(nodes.children_from, call.db, node.number, PAGE_CONTENT),
        place=partial(nodes.place, call.db, node.number),
        cursor=lambda child: child.id,
        is_id=True,
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
    children = _parsed(call, parent, sent)
    if sum(child.count for child in children) > MAX_BLOCKS:
        raise sent.refusal(f"no more than `{MAX_BLOCKS}` blocks in all")
    position = nodes.end_of(call.db, parent.number) if at is None else at
    nodes.make_room(call.db, parent.number, position, len(children))
    return [_add(call, parent, child, position=position + i) for i, child in enumerate(children)]


def answer(
    call: Call, node: Node, document: dict[str, Any], places: Places | None = None
) -> dict[str, Any]:
    """A block as the API shows it; `places` are shared by the blocks of one answer."""
    places = places or Places(call)
    kind = document["type"] if node.kind == "block" else f"child_{node.kind}"
    return {
        "object": "block",
        "id": node.id,
        "parent": places.parent_of(node),
        "created_time": times.minute(node.created_at),
        "last_edited_time": times.minute(node.edited_at),
        "created_by": identities.partial_user(node.created_by),
        "last_edited_by": identities.partial_user(node.edited_by),
        "has_children": _has_children(call, node, document),
        "in_trash": places.is_trashed(node),
        "type": kind,
        kind: document["content"] if node.kind == "block" else {"title": node.title},
    }


def _find(call: Call) -> Node:
    return nodes.find(call, call.path_id("block_id"), *PAGE_CONTENT)


def _answers(call: Call, found: Sequence[Node]) -> list[dict[str, Any]]:
    loaded = nodes.load(call.db, [node.number for node in found])
    places = Places(call)
    return [answer(call, node, document, places) for node, document in loaded]


def _has_children(call: Call, node: Node, document: dict[str, Any]) -> bool:
    shown = _original(call, node, document)
    is_gone = node.kind == "database" or (shown is not node and shown.in_trash)
    return not is_gone and nodes.has_children(call.db, shown.number)


def _original(call: Call, node: Node, document: dict[str, Any]) -> Node:
    """Whose children a block shows: a copy of a synced block those of an original that is seen."""
    original_id = block_types.original_of(document)
    if original_id is None:
        return node
    original = nodes.known(call.db, original_id)
    return original if nodes.is_visible(call, original.number) else node


def _changed(call: Call, node: Node, body: Input, document: dict[str, Any]) -> dict[str, Any]:
    kind = document["type"] if node.kind == "block" else f"child_{node.kind}"
    named = body.get("type")
    if not named.absent and named.value != kind:
        raise named.refusal(f'`"{kind}"`')
    if any(key in block_types.NAMES and key != kind for key, _ in body.members()):
        raise invalid(f"Expected block type {kind} in request body")
    sent = body.get(kind)
    if not sent.given:
        return document
    content = block_types.changed(call, kind, document["content"], sent)
    if node.parent is not None:
        block_types.check_place(kind, content, below=_content(call, node.parent))
    if not block_types.takes_children(kind, content) and nodes.has_children(call.db, node.number):
        raise sent.refusal("such that its children can stay; remove them first")
    return document | {"content": content}


def _content(call: Call, number: int) -> dict[str, Any]:
    content: dict[str, Any] = nodes.document(call.db, number).get("content", {})
    return content


def _place(call: Call, parent: Node, sent: Input) -> int | None:
    if sent.absent:
        return None
    match sent.need("type").choice(("after_block", "start", "end")):
        case "start":
            return 0
        case "after_block":
            return after(call, parent, sent.need("after_block").need("id").id())
        case _:
            return None


def after(call: Call, parent: Node, block_id: str) -> int:
    """The position behind a child of the parent."""
    sibling = nodes.find(call, block_id, *PAGE_CONTENT)
    if sibling.parent != parent.number:
        raise invalid(f"Block {block_id} is not a child of {parent.id}.")
    return sibling.position + 1


def _parsed(call: Call, parent: Node, sent: Input) -> list[Sent]:
    document = nodes.document(call.db, parent.number)
    below = document["type"] if parent.kind == "block" else parent.kind
    content = document.get("content", {})
    if parent.kind == "database" or not block_types.takes_children(below, content):
        raise invalid(f"Block {parent.id} of type {below} does not support children.")
    children = [block_types.parse(call, child, below=below) for child in sent.items()]
    for child in children:
        block_types.check_place(child.kind, child.content, below=content)
    return children


def _add(call: Call, parent: Node, sent: Sent, *, position: int) -> Node:
    document = {"type": sent.kind, "content": sent.content}
    node = nodes.insert(call, "block", parent.number, document, position=position)
    for i, child in enumerate(sent.children):
        _add(call, node, child, position=i)
    return node
