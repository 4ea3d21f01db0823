"""How the row of a bucket is written in a team's own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from playbooks.objects import Property
from playbooks.ports import Cells
from playbooks.rows import Plain, Span
from playbooks.tool_samples import share_named
from playbooks.usage import Bucket, Ending, RolledUp

_MOST_RELATIONS: Final = 100
"""Notion takes no more of them in one request."""

_SHARES: Final[Mapping[Ending, float]] = {"succeeded": 1.0, "failed": 0.0}


@dataclass(frozen=True, slots=True)
class Columns:
    """The properties by role, and the title; `in_percent`: numbers of success are percents.

    `store_key` tells the rows of this store from those of another that writes there, too.
    """

    by_role: Mapping[str, Property]
    title: Property
    store_key: str
    in_percent: bool = False

    def misfit(self) -> str:
        """Why no row can be written, or nothing."""
        if self.by_role["date"].type != "date":
            return "the date of ai_tool_metrics is set by Notion itself"
        if self.by_role["tool"].type == "title":
            return "the tool is the title of ai_tool_metrics, by which a day's row is found again"
        return ""

    def tells(self, bucket: Bucket) -> bool:
        """Whether the property of success can tell how the bucket's calls ended."""
        return self._success(bucket.ending) is not None

    def cells(self, row: RolledUp, contents: str) -> Cells:
        """What the row holds; `contents` is the digest of its records."""
        success = self._success(row.bucket.ending)
        values: dict[str, Plain] = {
            "tool": row.bucket.tool,
            "date": Span(row.bucket.day),
            "response_time_ms": _rounded(row.response_time_ms, 1),
            "tokens": row.tokens,
            "cost": _rounded(row.cost, 6),
            "count": row.calls_count,
            "task": row.task_ids[:_MOST_RELATIONS],
        }
        told = [(self.by_role[role], values[role]) for role in values if role in self.by_role]
        name = f"{self.name_of(row.bucket)}, calls {contents}"
        return [(self.title, name), *told, *(success or ())]

    def name_of(self, bucket: Bucket) -> str:
        """How the title of a bucket's row begins: so this store, and no other, finds it again.

        A digest of the calls ends it, so that another store can tell that it holds the same.
        """
        return f"{self.shared_name_of(bucket)} {self.store_key}"

    def shared_name_of(self, bucket: Bucket) -> str:
        """How the titles of the bucket's rows begin, whichever store wrote them."""
        told = {"succeeded": "succeeded", "failed": "failed", "unknown": "outcome unknown"}
        ending = told[bucket.ending]
        return f"{bucket.tool}, {bucket.day:%Y-%m-%d}, {ending}, store"

    def _success(self, ending: Ending) -> Cells | None:
        """No cell where an empty one says that it is unknown."""
        column, share = self.by_role.get("success"), _SHARES.get(ending)
        if column is None:
            return ()
        if share is None:
            return () if column.type in {"number", "select"} else None
        match column.type:
            case "checkbox":
                return ((column, share == 1),)
            case "number":
                return ((column, share * 100 if self.in_percent else share),)
            case _:
                option = _option(column, share)
                return None if option is None else ((column, option),)


def _option(column: Property, share: float) -> str | None:
    """A team's own word for it; a select takes a new one, a status does not."""
    own = next((each.name for each in column.options if share_named(each.name) == share), None)
    if own is None and column.type == "select":
        return "Succeeded" if share == 1 else "Failed"
    return own


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)
