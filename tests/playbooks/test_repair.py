"""Each repair alone: what it proposes, how sure it is, and where nothing can be proposed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from playbooks.contract import Contract, PropertyContract
from playbooks.databases import StatusRole
from playbooks.days import WorkDays
from playbooks.mapping import RoleMap
from playbooks.objects import DataSource, Option, Property
from playbooks.opened import Opened
from playbooks.plan import Change
from playbooks.records import Transition
from playbooks.repair_bench import Bench, Mend
from playbooks.repair_gathering import Gathering, drafted
from playbooks.repair_rows import mend
from playbooks.repair_values import column_for, trimmed
from playbooks.row_rules import Failure
from playbooks.rows import Plain, Row, Span, Value
from tests.playbooks.planted_rows import MadeView

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
TODAY = NOW.date()
STATUSES = ("Not started", "In progress", "Done", "done ")
TYPES = {
    "title": "title",
    "status": "select",
    "started": "date",
    "completed": "date",
    "due": "date",
    "estimated_hours": "number",
    "related_tasks": "relation",
    "priority": "select",
}
MEANINGS: dict[str, StatusRole] = {"Done": "done", "In progress": "in_progress"}


@dataclass(slots=True)
class Pages:
    """The ports Editor and Exporter over dictionaries, as far as repairs read."""

    cells: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])
    trash: dict[str, bool | None] = field(default_factory=dict[str, bool | None])
    written: set[str] = field(default_factory=set[str])

    def attributed(self, procedure: str, run_id: str) -> "Pages":
        del procedure, run_id
        return self

    async def cell(self, page_id: str, property_id: str) -> Any:
        return self.cells.get((page_id, property_id))

    async def in_trash(self, page_id: str, *, as_edited_at: datetime | None = None) -> bool | None:
        del as_edited_at
        return self.trash.get(page_id, False)

    async def content(self, page_id: str) -> Any:
        return [{"type": "paragraph"}] if page_id in self.written else []

    async def comments(self, page_id: str, block_ids: Any = ()) -> Any:
        del page_id, block_ids
        return []


def row(row_id: str = "r", /, **values: Plain) -> Row:
    made = NOW - timedelta(days=100)
    held = {name: Value(name, TYPES[name], plain) for name, plain in values.items()}
    return Row(row_id, "", made, made, in_trash=False, values=held)


def bench(pages: Pages, *, zone: str = "UTC", **more: Any) -> Bench:
    properties = tuple(
        Property(
            name,
            name,
            kind,
            options=tuple(map(Option, STATUSES)) if name == "status" else (),
            synced_property_id="back" if kind == "relation" else None,
        )
        for name, kind in TYPES.items()
    )
    schema = DataSource("t", "Tasks", None, in_trash=False, url="", properties=properties)
    roles = RoleMap({each.name: each for each in properties}, (), ())
    usual: dict[str, Any] = {
        "contract": Contract(properties={"priority": PropertyContract(options=("High", "Low"))}),
        "meanings": MEANINGS,
        "exporter": pages,
    }
    return Bench(
        opened=Opened(MadeView(schema, ()), roles),
        days=WorkDays(zone),
        today=TODAY,
        editor=pages,  # type: ignore[arg-type]  # the half that repairs use
        **(usual | more),
    )


def day(text: str) -> Any:
    return {"date": {"start": text, "end": None}}


def changed(found: Mend | None) -> list[tuple[str, Any, Any]]:
    assert found is not None
    return [(each.target, each.before, each.after) for each in found.changes]


SWAPPED = {"started": Span(date(2026, 11, 9)), "completed": Span(date(2026, 11, 2))}


@pytest.mark.parametrize(
    ("made", "sure"),
    [
        pytest.param(SWAPPED, "safe", id="both-are-plausible"),
        pytest.param(SWAPPED | {"started": Span(date(2027, 1, 9))}, "review", id="would-lie-ahead"),
        pytest.param(
            SWAPPED | {"completed": Span(date(2026, 1, 2))}, "review", id="before-it-was-created"
        ),
    ],
)
async def test_swapped_dates_are_certain_only_when_both_are_plausible(
    made: dict[str, Span], sure: str
) -> None:
    cells = {role: day(span.start.isoformat()) for role, span in made.items()}
    pages = Pages({("r", role): value for role, value in cells.items()})

    found = await mend(bench(pages), "completed_before_started", Failure(row(**made), "T"))

    assert found is not None
    assert found.sure == sure
    assert changed(found) == [
        ("cell/r/started", cells["started"], cells["completed"]),
        ("cell/r/completed", cells["completed"], cells["started"]),
    ]


async def test_dates_that_somebody_corrected_meanwhile_are_left() -> None:
    pages = Pages({("r", "started"): day("2026-11-01"), ("r", "completed"): day("2026-11-02")})

    found = await mend(bench(pages), "completed_before_started", Failure(row(**SWAPPED), "T"))

    assert changed(found) == []


@pytest.mark.parametrize(
    ("zone", "sure", "kept"),
    [("UTC", "safe", "2026-11-02"), ("Asia/Tokyo", "review", "2026-11-03")],
)
async def test_a_clock_time_goes_safely_where_the_zone_has_the_same_day(
    zone: str, sure: str, kept: str
) -> None:
    late = datetime(2026, 11, 2, 22, tzinfo=UTC)
    before = {"date": {"start": late.isoformat(), "end": None}}
    pages = Pages({("r", "due"): before})

    found = await mend(bench(pages, zone=zone), "clock_time", Failure(row(due=Span(late)), "T"))

    assert found is not None
    assert found.sure == sure
    assert changed(found) == [("cell/r/due", before, day(kept))]


def text(content: str, **more: Any) -> Any:
    return {"type": "text", "text": {"content": content}, **more}


BOLD = {"annotations": {"bold": True}}
MENTION = {"type": "mention", "mention": {"type": "user", "user": {"id": "u"}}}


@pytest.mark.parametrize(
    ("parts", "trim"),
    [
        pytest.param([text(" a b ")], [text("a b")], id="one-part"),
        pytest.param([text("  "), text(" a ", **BOLD)], [text("a", **BOLD)], id="decorated"),
        pytest.param([text(" "), MENTION, text(" ")], [MENTION], id="around-a-mention"),
        pytest.param([text("a "), MENTION], [text("a "), MENTION], id="inside"),
        pytest.param([text(" "), text("\u00a0")], None, id="nothing-left"),
    ],
)
def test_spaces_around_a_title_go_and_its_decoration_stays(parts: Any, trim: Any) -> None:
    assert trimmed({"title": parts}) == (trim and {"title": trim})


@pytest.mark.parametrize(
    ("rule", "values", "after"),
    [
        pytest.param("unmapped_status", {"status": "done "}, "Done", id="status"),
        pytest.param("unknown_priority", {"priority": "HIGH"}, "High", id="option"),
        pytest.param("unknown_priority", {"priority": "Urgent"}, None, id="another-word"),
    ],
)
async def test_an_option_is_respelled_and_never_guessed(
    rule: str, values: dict[str, str], after: str | None
) -> None:
    ((name, said),) = values.items()
    before = {"select": {"name": said}}

    found = await mend(bench(Pages({("r", name): before})), rule, Failure(row(**values), "T"))

    if after is None:
        assert found is None
    else:
        assert changed(found) == [(f"cell/r/{name}", before, {"select": {"name": after}})]


def moved(before: datetime, after: datetime) -> dict[str, Transition]:
    return {"r": Transition("r", "status", "In progress", "Done", before, after)}


@pytest.mark.parametrize(
    ("moves", "is_told"),
    [
        pytest.param(moved(NOW, NOW + timedelta(hours=1)), True, id="seen-on-one-day"),
        pytest.param(moved(NOW - timedelta(days=2), NOW), False, id="on-one-of-several"),
        pytest.param({}, False, id="not-seen"),
    ],
)
async def test_a_missing_day_is_what_two_readings_saw_or_nothing(
    moves: dict[str, Transition], is_told: bool
) -> None:
    found = await mend(bench(Pages(), moved=moves), "done_without_completed", Failure(row(), "T"))

    if is_told:
        assert changed(found) == [("cell/r/completed", None, day(TODAY.isoformat()))]
    else:
        assert found is None


EARLIER = row("e", title="Fix it", status="Done", related_tasks=("a", "b"))


@pytest.mark.parametrize(
    ("later", "merged"),
    [
        pytest.param({"title": "fix it!", "status": "Done"}, True, id="all-of-it-is-there"),
        pytest.param({"title": "Fix it", "related_tasks": ("b",)}, True, id="a-part-of-a-list"),
        pytest.param({"title": "Fix it", "status": "In progress"}, False, id="another-value"),
        pytest.param({"title": "Fix it", "estimated_hours": 3}, False, id="one-more-value"),
    ],
)
async def test_a_duplicate_goes_only_when_the_earlier_row_holds_all_of_it(
    later: dict[str, Plain], merged: bool
) -> None:
    failure = Failure(row(**later), "T", other="e")
    at = bench(Pages(), others={"e": EARLIER})

    found = await mend(at, "similar_title", failure)

    if merged:
        edited_at = failure.row.last_edited_at.isoformat()
        assert changed(found) == [(f"trash/r/{edited_at}", False, True)]
    else:
        assert found is None


async def test_a_duplicate_in_which_somebody_wrote_stays() -> None:
    failure = Failure(row(title="Fix it"), "T", other="e")
    at = bench(Pages(written={"r"}), others={"e": EARLIER})

    assert await mend(at, "duplicate_title", failure) is None


async def test_only_rows_in_the_trash_leave_a_relation() -> None:
    before = {"relation": [{"id": each} for each in ("there", "trashed", "not shared")]}
    pages = Pages({("r", "related_tasks"): before}, {"trashed": True, "not shared": None})
    named = row(related_tasks=("there", "trashed", "not shared"))

    found = await mend(bench(pages), "orphan_relation", Failure(named, "T"))

    kept = {"relation": [{"id": "there"}, {"id": "not shared"}]}
    assert changed(found) == [("cell/r/related_tasks", before, kept)]


async def test_the_other_side_of_a_relation_is_given_the_row() -> None:
    pages = Pages(
        {
            ("r", "related_tasks"): {"relation": [{"id": "a"}, {"id": "b"}]},
            ("a", "back"): {"relation": [{"id": "r"}]},
            ("b", "back"): {"relation": [{"id": "x"}]},
        }
    )

    found = await mend(
        bench(pages), "one_sided_relation", Failure(row(related_tasks=("a", "b")), "T")
    )

    after = {"relation": [{"id": "x"}, {"id": "r"}]}
    assert changed(found) == [("cell/b/back", {"relation": [{"id": "x"}]}, after)]


async def test_hours_are_never_invented() -> None:
    at = bench(Pages({("r", "estimated_hours"): {"number": 0}}))
    zero = await mend(at, "zero_hours", Failure(row(estimated_hours=0), "T"))

    assert changed(zero) == [("cell/r/estimated_hours", {"number": 0}, None)]
    for rule in ("done_without_actual", "done_without_estimate", "hours_below_zero"):
        assert await mend(at, rule, Failure(row(), "T")) is None


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        pytest.param(
            PropertyContract(types=("select", "status"), options=("A",)),
            {"select": {"options": [{"name": "A", "color": "default"}]}},
            id="select",
        ),
        pytest.param(
            PropertyContract(types=("number",)), {"number": {"format": "number"}}, id="number"
        ),
        pytest.param(
            PropertyContract(types=("relation",), target="d"),
            {"relation": {"data_source_id": "d", "single_property": {}}},
            id="relation",
        ),
        pytest.param(PropertyContract(types=("title",)), None, id="title"),
        pytest.param(PropertyContract(types=("relation",)), None, id="relation-to-nowhere"),
    ],
)
def test_a_missing_column_is_made_as_agreed(wanted: PropertyContract, made: Any) -> None:
    assert column_for("Name", wanted) == (made and {"name": "Name", **made})


def one(target: str, sure: Any = "safe") -> Mend:
    return Mend(sure, (Change(target=target, before=None, after=1),))


def test_a_repair_is_no_surer_than_its_rule_and_each_class_has_its_own_plan() -> None:
    safe, review = Gathering(review=False, most=9), Gathering(review=True, most=9)
    for gathering in (safe, review):
        gathering.take("certain", one("cell/a/p"), "safe", "")
        gathering.take("doubtful", one("cell/b/p", "review"), "safe", "")
        gathering.take("chosen", one("cell/c/p"), "review", "")
        gathering.take("hopeless", None, "review", "Ask somebody.")

    assert [change.target for change in safe.changes] == ["cell/a/p"]
    assert [change.target for change in review.changes] == ["cell/b/p", "cell/c/p"]
    assert "2 review: plan with review=true. 1 only a person" in drafted(safe).headline
    assert "never: hopeless 1: Ask somebody." in drafted(safe).evidence


def test_more_repairs_than_a_plan_holds_wait_and_are_counted() -> None:
    gathering = Gathering(review=False, most=2)
    for number in range(5):
        gathering.take("rule", one(f"cell/{number}/p"), "safe", "")

    draft = drafted(gathering)

    assert len(draft.changes) == 2
    assert "3 more wait: apply these, then plan again." in draft.headline
    assert draft.requests_count == 6


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("cell/a/p", "cell/a/p", id="one-value-twice"),
        pytest.param("cell/a/p", "trash/a/t", id="edited-then-trashed"),
        pytest.param("trash/a/t", "cell/a/p", id="trashed-then-edited"),
    ],
)
def test_two_repairs_of_the_same_thing_are_two_plans(first: str, second: str) -> None:
    gathering = Gathering(review=False, most=9)
    gathering.take("one", one(first), "safe", "")
    gathering.take("other", one(second), "safe", "")

    assert [change.target for change in gathering.changes] == [first]
    assert gathering.waiting == {"other": 1}
