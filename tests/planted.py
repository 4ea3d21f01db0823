"""Clean rows into which known defects of every rule are planted, from a seed.

A row is a mapping of roles (or names of other properties) to plain values; a relation is a tuple of
places of tasks, or of TRASHED and GONE. What a defect entails besides is part of what is expected.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from playbooks.contract import Contract, PropertyContract
from playbooks.databases import DatabaseKey

TRASHED: Final = -1
GONE: Final = -2
UNREADABLE: Final = object()

Made = dict[str, Any]
Fits = Callable[[Made], bool]

TYPES: Final[dict[DatabaseKey, dict[str, str]]] = {
    "task_management": {
        "title": "title",
        "status": "select",
        "estimated_hours": "number",
        "actual_hours": "number",
        "story_points": "number",
        "assignee": "rich_text",
        "priority": "select",
        "created": "date",
        "started": "date",
        "completed": "date",
        "due": "date",
        "related_tasks": "relation",
        "Key": "rich_text",
        "Score": "formula",
    },
    "development_log": {"title": "title", "date": "date", "task": "relation"},
    "ai_tool_metrics": {
        "title": "title",
        "tool": "select",
        "date": "date",
        "response_time_ms": "number",
        "success": "select",
        "tokens": "number",
        "cost": "number",
        "count": "number",
        "error": "rich_text",
        "task": "relation",
    },
}

CONTRACT: Final = Contract(
    properties={
        "priority": PropertyContract(options=("High", "Low")),
        "story_points": PropertyContract(minimum=0, maximum=100),
    },
    others={
        "Key": PropertyContract(unique=True),
        "Score": PropertyContract(result="number"),
    },
)
"""What is expected of the tasks besides what the playbook requires."""


@dataclass
class Bed:
    """The rows while they are planted; each row has one defect at most."""

    rng: Random
    today: date
    rows: dict[DatabaseKey, list[Made]]
    expected: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    reopened: dict[int, date] = field(default_factory=dict[int, date])
    one_sided: set[int] = field(default_factory=set[int])
    taken: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    without: frozenset[str] = frozenset()

    def pick(self, key: DatabaseKey, fits: Fits, first: int = 0) -> int:
        """The place of a row that has no defect."""
        rows = self.rows[key]
        free = [n for n in range(first, len(rows)) if (key, n) not in self.taken and fits(rows[n])]
        place = self.rng.choice(free)
        self.taken.add((key, place))
        return place

    def plant(self, key: DatabaseKey, rules: str, fits: Fits, **values: Any) -> int:
        """Give a row these values (or what a function makes of the row); what it breaks by it."""
        if not self.without.isdisjoint(rules.split()):
            return 0
        place = self.pick(key, fits, first=1 if rules in LATER_ROWS else 0)
        row = self.rows[key][place]
        row |= {role: each(row) if callable(each) else each for role, each in values.items()}
        for rule in rules.split():
            self.expected[f"{key}.{rule}"].add(place)
        return place


LATER_ROWS: Final = {"duplicate_title", "similar_title", "duplicate_key"}


def planted(seed: int, today: date, count: int = 2, without: frozenset[str] = frozenset()) -> Bed:
    """A workspace with `count` defects of every rule but those."""
    rng = Random(seed)
    bed = Bed(rng, today, {"task_management": list(_tasks(rng, today))}, without=without)
    bed.rows["development_log"] = list(_log(rng, today))
    bed.rows["ai_tool_metrics"] = list(_calls(rng, today))
    for _ in range(count):
        _plant_tasks(bed)
        _plant_log(bed)
        _plant_calls(bed)
    return bed


def _tasks(rng: Random, today: date) -> Iterator[Made]:
    statuses = ["Done"] * 90 + ["In progress"] * 16 + ["Not started"] * 24 + ["Blocked"] * 4
    rng.shuffle(statuses)
    for number, status in enumerate(statuses):
        created = today - timedelta(days=rng.randint(40, 300))
        started = created + timedelta(days=rng.randint(1, 5))
        completed = started + timedelta(days=rng.randint(1, 12))
        estimate = rng.randint(1, 8)
        is_done, is_begun = status == "Done", status in {"In progress", "Blocked"}
        yield {
            "title": f"Task {number} {rng.choice(['of light', 'of stone', 'of rain'])}",
            "status": status,
            "estimated_hours": estimate,
            "actual_hours": estimate * rng.choice([0.5, 1, 1.5, 2]) if is_done else None,
            "story_points": rng.randint(1, 8),
            "assignee": rng.choice(["Ada", "Ben"]),
            "priority": rng.choice(["High", "Low", None]),
            "created": created,
            "started": started if is_done else today if is_begun else None,
            "completed": completed if is_done else None,
            "due": rng.choice([None, today + timedelta(days=9)]),
            "related_tasks": (),
            "Key": f"K-{number}",
            "Score": estimate * 2,
        }


def _log(rng: Random, today: date) -> Iterator[Made]:
    for number in range(40):
        task = (rng.randrange(100),) if rng.random() < 0.5 else ()
        day = today - timedelta(days=rng.randint(0, 90))
        yield {"title": f"Event {number % 7}", "date": day, "task": task}


def _calls(rng: Random, today: date) -> Iterator[Made]:
    for number in range(60):
        failed = rng.random() < 0.2
        yield {
            "title": f"Call {number}",
            "tool": rng.choice(["cursor", "continue"]),
            "date": today - timedelta(days=rng.randint(0, 60)),
            "response_time_ms": rng.randint(50, 3000),
            "success": "No" if failed else "Yes",
            "tokens": rng.randint(0, 900),
            "cost": rng.choice([None, 0.25]),
            "count": rng.choice([None, 3]),
            "error": "timeout" if failed else None,
            "task": (),
        }


def _done(row: Made) -> bool:
    return bool(row["status"] == "Done")


def _waiting(row: Made) -> bool:
    return bool(row["status"] == "Not started")


def _begun(row: Made) -> bool:
    return bool(row["status"] == "In progress")


def _any(row: Made) -> bool:
    return bool(row)


def of_row(change: Callable[[Made], Any]) -> Callable[[Made], Any]:
    """A value that depends on the row."""
    return change


def _plant_tasks(bed: Bed) -> None:
    today, key = bed.today, "task_management"
    first = bed.rows["task_management"][0]
    bed.taken.add((key, 0))  # others repeat its title
    tasks: list[tuple[str, Fits, Made]] = [
        ("missing_title", _any, {"title": bed.rng.choice([None, "  "])}),
        ("missing_status", _waiting, {"status": None}),
        ("spaced_title", _any, {"title": of_row(lambda row: f"{row['title']}  ")}),
        ("duplicate_title", _any, {"title": first["title"]}),
        ("similar_title", _any, {"title": _shouted(first["title"], bed)}),
        ("unreadable_value", _any, {"due": UNREADABLE}),
        ("implausible_year", _any, {"due": date(1890, 1, 1)}),
        (
            "completed_before_started",
            _done,
            {"started": of_row(lambda row: row["completed"] + _days(2))},
        ),
        (
            "completed_before_created done_without_started",
            _done,
            {"started": None, "created": of_row(lambda row: row["completed"] + _days(1))},
        ),
        (
            "started_before_created",
            _done,
            {"created": of_row(lambda row: row["started"] + _days(1))},
        ),
        ("completed_in_future", _done, {"completed": today + _days(40)}),
        ("started_in_future", _begun, {"started": today + _days(5)}),
        ("done_without_completed", _done, {"completed": None}),
        ("done_without_started", _done, {"started": None}),
        ("done_without_estimate", _done, {"estimated_hours": None}),
        ("done_without_actual", _done, {"actual_hours": None}),
        (
            "completed_but_open",
            _waiting,
            {"completed": of_row(lambda row: row["created"] + _days(2))},
        ),
        ("in_progress_without_started", _begun, {"started": None}),
        ("zero_hours", _done, {"estimated_hours": 0}),
        ("hours_below_zero", _done, {"actual_hours": -3}),
        (
            "hours_far_apart",
            _done,
            {"estimated_hours": of_row(lambda row: row["estimated_hours"] * 100)},
        ),
        ("clock_time", _done, {"completed": of_row(lambda row: _noon(row["completed"]))}),
        (
            "hours_beyond_days",
            _done,
            {
                "completed": of_row(lambda row: row["started"]),
                "actual_hours": 30,
                "estimated_hours": 20,
            },
        ),
        ("in_progress_without_assignee", _begun, {"assignee": None}),
        (
            "stale_in_progress",
            _begun,
            {"created": today - _days(120), "started": today - _days(100)},
        ),
        ("unmapped_status", _waiting, {"status": "Parked"}),
        ("orphan_relation", _any, {"related_tasks": (bed.rng.choice([TRASHED, GONE]), 0)}),
        ("duplicate_key", _any, {"Key": first["Key"]}),
        ("unknown_priority", _any, {"priority": "Urgent"}),
        ("story_points_out_of_range", _any, {"story_points": bed.rng.choice([-1, 101])}),
        ("wrong_result_score", _any, {"Score": "none"}),
    ]
    for rules, fits, values in tasks:
        bed.plant("task_management", rules, fits, **values)
    if "reopened_after_completed" in bed.without:
        return
    place = bed.plant("task_management", "reopened_after_completed", _done)
    bed.reopened[place] = bed.rows["task_management"][place]["completed"] + _days(3)
    bed.one_sided.add(bed.plant("task_management", "one_sided_relation", _any, related_tasks=(0,)))


def _plant_log(bed: Bed) -> None:
    for rules, values in (
        ("missing_title", {"title": None}),
        ("missing_date", {"date": None}),
        ("spaced_title", {"title": " Event"}),
        ("date_in_future", {"date": bed.today + _days(2)}),
        ("implausible_year", {"date": date(1890, 1, 1)}),
        ("unreadable_value", {"date": UNREADABLE}),
        ("orphan_relation", {"task": (TRASHED,)}),
    ):
        bed.plant("development_log", rules, _any, **values)


def _plant_calls(bed: Bed) -> None:
    for rules, values in (
        ("missing_tool", {"tool": None}),
        ("missing_date", {"date": None}),
        ("missing_response_time_ms", {"response_time_ms": None}),
        ("missing_success", {"success": None}),
        ("impossible_response_time", {"response_time_ms": bed.rng.choice([-5, 0, 700_000])}),
        ("impossible_success", {"success": "Maybe"}),
        ("impossible_tokens", {"tokens": -1}),
        ("impossible_cost", {"cost": -0.5}),
        ("impossible_count", {"count": -2}),
        ("failed_without_error", {"success": "No", "error": None}),
        ("date_in_future", {"date": bed.today + _days(2)}),
        ("implausible_year", {"date": date(1890, 1, 1)}),
        ("unreadable_value impossible_tokens", {"tokens": UNREADABLE}),
        ("orphan_relation", {"task": (GONE,)}),
    ):
        bed.plant("ai_tool_metrics", rules, _any, **values)


def _shouted(title: str, bed: Bed) -> str:
    """The same title in other letters, never twice the same."""
    marks = "!" * (1 + len(bed.expected["task_management.similar_title"]))
    return title.upper() + marks


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
