"""What stands above objects: where they are, whether it lies in the trash, whether it is shared."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from server.workspace import nodes
from server.workspace.call import Call
from server.workspace.nodes import Node


@dataclass(frozen=True, slots=True)
class _Seen:
    in_trash: bool
    is_visible: bool


class Places:
    """Each place above is asked once, so the rows of one table cost as much as one of them.

    It stands for one answer, to be made after everything was written.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._seen: dict[int | None, _Seen] = {
            None: _Seen(in_trash=False, is_visible=call.caller.bot_id is None)
        }
        self._parents: dict[int | None, dict[str, Any]] = {}

    def parent_of(self, node: Node) -> dict[str, Any]:
        """Where the object stands, as the API shows it."""
        if node.parent not in self._parents:
            self._parents[node.parent] = nodes.parent_answer(self._call.db, node)
        return self._parents[node.parent]

    def is_trashed(self, node: Node) -> bool:
        """Whether the object or anything above it lies in the trash."""
        return node.in_trash or self.are_trashed_below(node.parent)

    def are_trashed_below(self, parent: int | None) -> bool:
        """Whether the place or anything above it lies in the trash."""
        return self._look(parent).in_trash

    def is_visible(self, number: int, parent: int | None) -> bool:
        """Whether the object of that row, or anything above it, is shared with the caller."""
        return self._look(parent).is_visible or number in self._shared

    @cached_property
    def _shared(self) -> frozenset[int]:
        return nodes.shared_with(self._call.db, self._call.caller.bot_id)

    def _look(self, number: int | None) -> _Seen:
        if number is not None and number not in self._seen:
            above = self._seen[None]
            for row in reversed(nodes.upwards(self._call.db, number)):
                above = _Seen(
                    in_trash=bool(row["in_trash"]) or above.in_trash,
                    is_visible=row["number"] in self._shared or above.is_visible,
                )
                self._seen[row["number"]] = above
        return self._seen[number]
