"""A contract from what is there: what always held is proposed as what is expected."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from playbooks.contract import Contract, PropertyContract, ResultType, default_contract
from playbooks.contract_text import Comments, toml_of
from playbooks.databases import DatabaseKey, kind_of
from playbooks.desk import Desk, silent
from playbooks.objects import Property
from playbooks.opened import Opened, open_database
from playbooks.ports import Progress
from playbooks.row_rules_values import is_empty, result_of
from playbooks.rows import Plain, Unreadable
from playbooks.text import listed
from playbooks.verdict import Verdict

_FEWEST_ROWS: Final = 20
"""Of fewer rows that all differ, or all have a value, little follows."""

_CHOICES: Final = frozenset({"select", "multi_select", "status"})
_TEXTS: Final = frozenset({"title", "rich_text", "unique_id", "url", "email", "phone_number"})
_COMPUTED: Final = frozenset({"formula", "rollup"})


@dataclass(slots=True)
class _Seen:
    """What the rows hold in one property."""

    property: Property
    filled_count: int = 0
    texts: set[int] = field(default_factory=set[int])
    options: Counter[str] = field(default_factory=Counter[str])
    lowest: float | None = None
    highest: float | None = None
    results: set[ResultType] = field(default_factory=set[ResultType])

    def add(self, plain: Plain) -> None:
        """Take one row's value."""
        if is_empty(plain) or isinstance(plain, Unreadable):
            return
        self.filled_count += 1
        kind = self.property.type
        if kind in _CHOICES:
            self.options.update((plain,) if isinstance(plain, str) else plain)  # type: ignore[arg-type]  # names
        elif kind in _TEXTS:
            self.texts.add(hash(plain))
        elif kind in _COMPUTED and (result := result_of(plain)) is not None:
            self.results.add(result)
        elif isinstance(plain, int | float) and not isinstance(plain, bool):
            self.lowest = plain if self.lowest is None else min(self.lowest, plain)
            self.highest = plain if self.highest is None else max(self.highest, plain)


@dataclass(frozen=True, slots=True)
class Inferred:
    """The contract and the file that says it."""

    contract: Contract
    toml: str


async def infer(
    desk: Desk, key: DatabaseKey, *, run_id: str, progress: Progress = silent
) -> Inferred | Verdict:
    """Read schema and rows; the verdict on the database where they cannot be had."""
    kind = kind_of(key)
    opened = await open_database(
        desk, kind, procedure="validate_data", run_id=run_id, progress=progress
    )
    if isinstance(opened, Verdict):
        return opened
    seen = {prop.name: _Seen(prop) for prop in opened.view.schema.properties}
    rows_count = 0
    async for row in opened.view.rows():
        rows_count += 1
        for name, each in seen.items():
            each.add(row.plain(name))
    contract, comments = _contract(key, opened, list(seen.values()), rows_count)
    at = f"{opened.view.reading.as_of:%Y-%m-%d}"
    head = (
        f"What is expected of {key}, inferred from {rows_count} rows on {at}.",
        "What only happened to be so may be loosened; `filled` and `unique` judge every row.",
    )
    return Inferred(contract, toml_of(contract, comments, head))


def _contract(
    key: DatabaseKey, opened: Opened, seen: Sequence[_Seen], rows_count: int
) -> tuple[Contract, Comments]:
    role_of = {prop.id: role for role, prop in opened.roles.filled.items()}
    default = default_contract(key)
    properties: dict[str, PropertyContract] = {}
    others: dict[str, PropertyContract] = {}
    comments: dict[str, list[str]] = {}
    for each in seen:
        role = role_of.get(each.property.id)
        required = role is not None and default.properties[role].required
        wanted = _wanted(each, rows_count, required=required)
        comments[role or each.property.name] = _comments(each, rows_count)
        if role is not None:
            properties[role] = wanted
        else:
            others[each.property.name] = wanted
    in_order = {role: properties[role] for role in default.properties if role in properties}
    return Contract(properties=in_order, others=others), comments


def _wanted(seen: _Seen, rows_count: int, *, required: bool) -> PropertyContract:
    """What the playbook requires stays required, whatever the rows hold."""
    prop, many = seen.property, rows_count >= _FEWEST_ROWS
    always = many and seen.filled_count == rows_count and prop.type != "checkbox"
    differ = many and prop.type in _TEXTS and len(seen.texts) == seen.filled_count == rows_count
    not_below = seen.lowest is not None and seen.lowest >= 0
    return PropertyContract(
        types=(prop.type,),
        required=True,
        filled=required or always,
        unique=differ,
        options=tuple(option.name for option in prop.options),
        minimum=0 if not_below else None,
        result=next(iter(seen.results)) if len(seen.results) == 1 else None,
        target=prop.target_data_source_id,
    )


def _comments(seen: _Seen, rows_count: int) -> list[str]:
    told = [f"{seen.property.name}: filled in {seen.filled_count} of {rows_count} rows"]
    if seen.lowest is not None and seen.highest is not None:
        told.append(f"from {seen.lowest:g} to {seen.highest:g}")
    if unused := [each.name for each in seen.property.options if each.name not in seen.options]:
        told.append(f"options that no row has: {listed(unused)}")
    return told
