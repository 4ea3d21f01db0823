"""Lines as tasks."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from playbooks.rows import Plain, Span
from server.importing.errors import FileUnusable
from server.importing.lines import SkippedLine
from server.importing.map import parse_map
from server.importing.source import Task, TaskFile, open_source
from tests.server.importing.conftest import HEADER, PAIRS, Write

GOOD = "T1,Buy milk,Open,1.5,ada,2026-01-05,2026-01-06"


def shown(tasks: Iterable[Task | SkippedLine]) -> list[tuple[Any, ...]]:
    return [
        (task.line, task.kind, task.reason)
        if isinstance(task, SkippedLine)
        else (task.line, task.external_id)
        for task in tasks
    ]


def test_cells_become_the_values_of_their_roles(write: Write) -> None:
    path = write(HEADER, GOOD, " T2 , Cook ,NA,,  ,,")

    first, second = open_source(TaskFile(path, parse_map(PAIRS))).tasks()

    assert isinstance(first, Task)
    assert isinstance(second, Task)
    assert first.values == {
        "title": "Buy milk",
        "external_id": "T1",
        "status": "Open",
        "actual_hours": 1.5,
        "assignee": "ada",
        "started": Span(date(2026, 1, 5)),
        "completed": Span(date(2026, 1, 6)),
    }
    assert {role: value for role, value in second.values.items() if value is not None} == {
        "title": "Cook", "external_id": "T2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        pytest.param(",Task,,,,,", "no_external_id", "Key is empty", id="no-id"),
        pytest.param("T9,NA,,,,,", "no_title", "Task is empty", id="no-title"),
        pytest.param("T9,Task,,1.5h,,,", "bad_number", "Hours is no number: '1.5h'", id="number"),
        pytest.param("T9,Task,,inf,,,", "bad_number", "Hours is no number: 'inf'", id="infinite"),
        pytest.param("T9,Task,,1e999,,,", "bad_number", "Hours is no number: '1e999'", id="huge"),
        pytest.param("T9,Task,,1_0,,,", "bad_number", "Hours is no number: '1_0'", id="underscore"),
        pytest.param(
            "T9,Task,,,,2026-02-30,",
            "bad_date",
            "Start is no date of the map's format: '2026-02-30'",
            id="date",
        ),
        pytest.param(
            'T9,Task,"a, b",,,,',
            "bad_text",
            "State has a comma, which no option may have: 'a, b'",
            id="comma-in-an-option",
        ),
        pytest.param(
            f"T9,Task,{'x' * 101},,,,",
            "bad_text",
            f"State is longer than an option may be: '{'x' * 40}…'",
            id="long-option",
        ),
        pytest.param(
            f"T9,{'x' * 50_001},,,,,", "bad_text", "Task is longer than 49975 characters", id="long"
        ),
        pytest.param("T1,Again,,,,,", "repeat", "repeats Key of line 2", id="repeat"),
    ],
)
def test_a_line_that_does_not_fit_is_skipped_whole_with_its_reason(
    write: Write, line: str, kind: str, reason: str
) -> None:
    path = write(HEADER, GOOD, line)

    _, skipped = shown(open_source(TaskFile(path, parse_map(PAIRS))).tasks())

    assert skipped == (3, kind, reason)


def test_the_first_good_line_of_an_id_wins(write: Write) -> None:
    path = write(HEADER, "T1,,,,,,", "T1,Second,,,,,", "T1,Third,,,,,")

    tasks = shown(open_source(TaskFile(path, parse_map(PAIRS))).tasks())

    assert [task[1] for task in tasks] == ["no_title", "T1", "repeat"]
    assert tasks[2][2] == "repeats Key of line 3"


def test_a_limit_counts_tasks_and_not_lines(write: Write) -> None:
    path = write(HEADER, GOOD, GOOD, "T2,Two,,,,,", "T3,Three,,,,,")

    tasks = shown(open_source(TaskFile(path, parse_map(PAIRS), limit=2)).tasks())

    assert [task[:2] for task in tasks] == [(2, "T1"), (3, "repeat"), (4, "T2")]


JOINED_PAIRS = ("title=Task", "external_id=Key", "started=Begin")


def test_a_second_file_is_joined_by_its_first_line_of_each_key(write: Write) -> None:
    path = write("Key,Task", "T1,One", "T2,Two", "T3,Three", "T4,Four")
    other = write(
        "Begin,Key", "2026-01-02,T2", "2026-01-01,T1", "2026-09-09,T1", "2026-01-04,T4,?",
        name="dates.csv",
    )  # fmt: skip

    source = open_source(TaskFile(path, parse_map(JOINED_PAIRS), join=other, on="Key"))
    one, two, three, four = source.tasks()

    def began(task: Task | SkippedLine) -> tuple[Plain, bool]:
        assert isinstance(task, Task)
        return task.values["started"], task.lacks_join

    assert began(one) == (Span(date(2026, 1, 1)), False)
    assert began(two) == (Span(date(2026, 1, 2)), False)
    assert began(three) == (None, True)
    assert shown([four]) == [
        (
            5,
            "joined_line_bad",
            "its line 5 in dates.csv has 3 columns, the header has 2",
        )
    ]
    assert source.joined is not None
    assert [(bad.file, bad.line) for bad in source.joined.unread] == [("dates.csv", 5)]


@pytest.mark.parametrize(
    ("header", "other", "on", "sentence"),
    [
        pytest.param(
            "Key,Title",
            None,
            None,
            r"no column 'Task'\. The columns are: Key, Title\.",
            id="column",
        ),
        pytest.param(
            "Key,Task,Task,Begin", None, None, "names the column 'Task' twice", id="twice"
        ),
        pytest.param("Key,Task", "Key,Begin", None, "a column to join by", id="no-join-column"),
        pytest.param("Key,Task", "Id,Begin", "Key", "are: Id, Begin", id="not-in-the-second-file"),
        pytest.param("Id,Task", "Key,Begin", "Key", "are: Id, Task", id="not-in-the-first-file"),
    ],
)
def test_columns_that_are_not_there_are_refused_with_those_that_are(
    write: Write, header: str, other: str | None, on: str | None, sentence: str
) -> None:
    join = None if other is None else write(other, name="dates.csv")

    with pytest.raises(FileUnusable, match=sentence):
        open_source(TaskFile(write(header), parse_map(JOINED_PAIRS), join=join, on=on))
