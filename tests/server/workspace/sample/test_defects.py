"""Each defect of the table, counted in the data through the API by a rule of its own."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.workspace.sample import DEFECTS, Defect

Pages = list[Any]
Ask = Callable[..., Any]

NOW = datetime(2026, 11, 25, 14, 20, tzinfo=UTC)
USUAL_STATUSES = {"Not started", "In progress", "In review", "Blocked", "Done", "Cancelled"}
TOKEN = re.compile(r"ntn_[0-9]{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43}")


def value(page: Any, name: str) -> Any:
    """The plain value of a property: text, number, option name, ISO date, ids."""
    prop = page["properties"][name]
    kept = prop[prop["type"]]
    match prop["type"]:
        case "title":
            return "".join(part["plain_text"] for part in kept)
        case "select" | "status":
            return kept and kept["name"]
        case "date":
            return kept and kept["start"]
        case _:
            return kept


def is_done(page: Any) -> bool:
    return bool(value(page, "Status") == "Done")


def is_in_progress(page: Any) -> bool:
    return bool(value(page, "Status") == "In progress")


def day(page: Any, name: str) -> str:
    return (value(page, name) or "")[:10]


def repeated_titles(pages: Pages) -> int:
    titles = [value(page, "Name").strip().casefold() for page in pages]
    return sum(count - 1 for title, count in Counter(titles).items() if title)


def untouched_for_months(page: Any) -> bool:
    edited = datetime.fromisoformat(page["last_edited_time"])
    return is_in_progress(page) and edited < NOW - timedelta(days=90)


def has_hidden_characters(page: Any) -> bool:
    return any(unicodedata.category(char) == "Cf" for char in value(page, "Name"))


def text_of(ask: Ask, page: Any) -> str:
    blocks = ask("GET", f"/v1/blocks/{page['id']}/children")["results"]
    return " ".join(
        part["plain_text"] for block in blocks for part in block[block["type"]]["rich_text"]
    )


def refers_to_trash(ask: Ask, page: Any) -> bool:
    targets = [each["id"] for each in value(page, "Task")]
    return any(ask("GET", f"/v1/pages/{target}")["in_trash"] for target in targets)


def is_old(page: Any) -> bool:
    written = value(page, "Date")
    return bool(written) and datetime.fromisoformat(written) < NOW - timedelta(days=30)


def bad_weeks(pages: Pages) -> int:
    tried: Counter[tuple[str, int, int]] = Counter()
    failed: Counter[tuple[str, int, int]] = Counter()
    for page in pages:
        year, week, _ = datetime.fromisoformat(value(page, "Date")).isocalendar()
        tried[value(page, "Tool"), year, week] += 1
        failed[value(page, "Tool"), year, week] += not value(page, "Success")
    return sum(count >= 8 and failed[week] / count > 0.5 for week, count in tried.items())


def rows(rule: Callable[[Any], Any]) -> Callable[[Pages, Ask], int]:
    return lambda pages, _ask: sum(bool(rule(page)) for page in pages)


COUNTS: dict[str, Callable[[Pages, Ask], int]] = {
    "completed-before-started": rows(
        lambda page: day(page, "Completed") and day(page, "Completed") < day(page, "Started")
    ),
    "completed-in-the-future": rows(lambda page: day(page, "Completed") > NOW.date().isoformat()),
    "done-without-completed": rows(lambda page: is_done(page) and not value(page, "Completed")),
    "done-without-actual-hours": rows(
        lambda page: is_done(page) and value(page, "Actual hours") is None
    ),
    "zero-estimate": rows(lambda page: value(page, "Estimated hours") == 0),
    "huge-estimate": rows(lambda page: (value(page, "Estimated hours") or 0) > 100),
    "spaced-title": rows(lambda page: value(page, "Name") != value(page, "Name").strip()),
    "duplicate-title": lambda pages, _ask: repeated_titles(pages),
    "missing-title": rows(lambda page: not value(page, "Name")),
    "unmapped-status": rows(lambda page: value(page, "Status") not in USUAL_STATUSES),
    "in-progress-without-assignee": rows(
        lambda page: is_in_progress(page) and not value(page, "Assignee")
    ),
    "stale-in-progress": rows(untouched_for_months),
    "clock-time-completed": rows(lambda page: "T" in (value(page, "Completed") or "")),
    "many-relations": rows(lambda page: page["properties"]["Related tasks"]["has_more"]),
    "hostile-title": rows(lambda page: "ignore all" in value(page, "Name").lower()),
    "invisible-characters": rows(has_hidden_characters),
    "pasted-key-in-task": lambda pages, ask: sum(
        bool(TOKEN.search(text_of(ask, page))) for page in pages
    ),
    "pasted-key-in-log": lambda pages, ask: sum(
        bool(TOKEN.search(text_of(ask, page))) for page in pages
    ),
    "undated-log-entry": rows(lambda page: not value(page, "Date")),
    "orphan-log-entry": lambda pages, ask: sum(refers_to_trash(ask, page) for page in pages),
    "old-log-entries": rows(is_old),
    "bad-week": lambda pages, _ask: bad_weeks(pages),
    "negative-response-time": rows(lambda page: value(page, "Response time (ms)") < 0),
    "absurd-response-time": rows(lambda page: value(page, "Response time (ms)") > 600_000),
    "metric-without-tool": rows(lambda page: not value(page, "Tool")),
    "old-metrics": rows(is_old),
}


@pytest.mark.parametrize("defect", [pytest.param(defect, id=defect.id) for defect in DEFECTS])
def test_the_data_have_each_defect_as_often_as_the_table_says(
    defect: Defect, pages: dict[str, Pages], ask: Ask
) -> None:
    assert COUNTS[defect.id](pages[defect.database], ask) == defect.count


def test_every_defect_has_an_id_of_its_own() -> None:
    assert len({defect.id for defect in DEFECTS}) == len(DEFECTS)
