"""Imports into the embedded workspace."""

from datetime import date

import anyio
import pytest

from playbooks.rows import Span
from server.importing.errors import FileUnusable, TargetUnfit
from tests.server.importing.conftest import HEADER, PAIRS, House, Write, numbered


async def test_tasks_are_loaded_in_the_order_of_the_file_into_a_new_database(
    house: House, write: Write
) -> None:
    path = write(
        HEADER,
        "T2,Buy milk,Open,1.5,ada,2026-01-05,2026-01-06",
        "T1,Cook,Shelved,,,,",
        "T2,Buy more milk,,,,,",
        "T3,,,,,,",
    )

    result = await house.load(path)

    assert (result.lines_count, result.tasks_count, result.created_count) == (4, 2, 2)
    assert result.skipped_counts == {"repeat": 1, "no_title": 1}
    assert [(skipped.line, skipped.kind) for skipped in result.skipped] == [
        (4, "repeat"), (5, "no_title"),
    ]  # fmt: skip
    assert result.database_title == "Imported tasks"
    names = ("External ID", "Name", "Status", "Actual hours", "Assignee", "Started", "Completed")
    days = Span(date(2026, 1, 5)), Span(date(2026, 1, 6))
    assert await house.rows(result.data_source_id, *names) == [
        ("T2", "Buy milk", "Open", 1.5, "ada", *days),
        ("T1", "Cook", "Shelved", None, None, None, None),
    ]
    assert house.progress == [
        (0, None, "reading the file"),
        (0, 4, "reading what is there"),
        (4, 4, "loading tasks"),
    ]


async def test_only_the_properties_that_the_map_names_are_made(house: House, write: Write) -> None:
    result = await house.load(write("Key,Task", "T1,One"), ["title=Task", "external_id=Key"])

    made = await house.client.data_source(result.data_source_id)

    assert {prop.name for prop in made.properties} == {"Name", "External ID"}


async def test_the_same_file_again_changes_nothing(house: House, write: Write) -> None:
    path = write(HEADER, *numbered(130), f"T131,{'x' + '📏' * 24_987},,0,,2026-01-05T10:30,")
    first = await house.load(path)
    before = house.writes_count()

    again = await house.load(path)

    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 131)
    assert again.data_source_id == first.data_source_id
    assert house.writes_count() == before


async def test_only_what_differs_is_written(house: House, write: Write) -> None:
    await house.load(write(HEADER, *numbered(2), "T3,Three,Open,3,ada,2026-01-05,"))
    before = house.writes_count()

    again = await house.load(write(HEADER, *numbered(2), "T3,Three,Closed,,bob,,2026-01-09"))

    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 1, 2)
    # The schema, which had no status Closed, and the page.
    assert house.writes_count() == before + 2
    rows = await house.rows(
        again.data_source_id, "Status", "Actual hours", "Assignee", "Started", "Completed"
    )
    assert rows[2] == ("Closed", None, "bob", None, Span(date(2026, 1, 9)))


async def test_a_blank_status_leaves_the_status_as_it_is(house: House, write: Write) -> None:
    await house.load(write(HEADER, "T1,One,Open,,,,"))

    again = await house.load(write(HEADER, "T1,One,,,,,"))

    assert again.unchanged_count == 1
    assert await house.rows(again.data_source_id, "Status") == [("Open",)]


async def test_odd_values_are_loaded_and_counted(house: House, write: Write) -> None:
    path = write("Key,Task,Hours,Est", "T1,One,-1,2026-02-01", "T2,Two,1,2026-01-01", "T3,Three,,")
    other = write(
        "Key,Start,End", "T1,2026-01-05,2026-01-02", "T2,2026-01-05,2026-01-05", name="dates.csv"
    )
    pairs = (
        "title=Task", "external_id=Key", "actual_hours=Hours", "estimated_on=Est",
        "started=Start", "completed=End",
    )  # fmt: skip

    result = await house.load(path, pairs, join=other, on="Key")

    assert result.created_count == 3
    assert result.notes == {
        "completed_before_started": 1,
        "started_before_estimated": 1,
        "hours_below_zero": 1,
        "no_line_in_joined_file": 1,
    }


async def test_the_day_on_which_work_was_asked_for_is_that_of_the_file(
    house: House, write: Write
) -> None:
    path = write("Key,Task,Asked", "T1,One,2012-02-29")

    result = await house.load(path, ("title=Task", "external_id=Key", "created=Asked"))

    rows = await house.rows(result.data_source_id, "Created")
    assert rows == [(Span(date(2012, 2, 29)),)]


async def test_each_kind_of_bad_line_is_shown_a_few_times_and_counted_whole(
    house: House, write: Write
) -> None:
    path = write(HEADER, *("T1,One,,,,,",) * 100, "T2,Two,,x,,,")

    result = await house.load(path)

    assert result.skipped_counts == {"repeat": 99, "bad_number": 1}
    assert [skipped.line for skipped in result.skipped] == [3, 4, 5, 6, 7, 102]


async def test_a_database_of_that_title_or_id_is_taken_and_made_to_fit(
    house: House, write: Write
) -> None:
    path = write("Key,Task,State", "T1,One,Weird")
    made = await house.client.create_database(
        parent_page_id=house.page_id,
        title="Team tasks",
        properties={"Name": {"number": {}}, "Task": {"title": {}}, "Status": {"status": {}}},
    )
    pairs = ["title=Task", "external_id=Key", "status=State"]

    by_title = await house.load(path, pairs, into="Team tasks")
    by_database = await house.load(path, pairs, into=made.id)
    by_id = await house.load(path, pairs, into=made.data_sources[0].id)

    assert (by_title.created_count, by_database.unchanged_count, by_id.unchanged_count) == (1, 1, 1)
    assert by_id.data_source_id == by_title.data_source_id
    fitted = await house.client.data_source(by_title.data_source_id)
    options = {prop.name: [option.name for option in prop.options] for prop in fitted.properties}
    assert options == {
        "Name": [],
        "Task": [],
        "External ID": [],
        "Status": ["Not started", "In progress", "Done", "Weird"],
    }


async def test_a_database_that_cannot_take_the_tasks_is_left_alone(
    house: House, write: Write
) -> None:
    await house.client.create_database(
        parent_page_id=house.page_id,
        title="Team tasks",
        properties={"Name": {"title": {}}, "Status": {"rich_text": {}}},
    )
    before = house.writes_count()

    with pytest.raises(TargetUnfit, match="'Status' that is not of type status"):
        await house.load(write(HEADER, *numbered(1)), into="Team tasks")

    assert house.writes_count() == before


async def test_two_databases_of_the_title_are_told_by_their_ids(house: House, write: Write) -> None:
    for _ in range(2):
        await house.client.create_database(
            parent_page_id=house.page_id, title="Twins", properties={"Name": {"title": {}}}
        )

    with pytest.raises(TargetUnfit, match="2 data sources have the title 'Twins'"):
        await house.load(write(HEADER, *numbered(1)), into="Twins")


async def test_more_statuses_than_the_api_takes_are_refused(house: House, write: Write) -> None:
    path = write(HEADER, *(f"T{number},Task,S{number},,,," for number in range(101)))

    with pytest.raises(TargetUnfit, match="101 different statuses"):
        await house.load(path)

    assert house.calls == []


async def test_a_wrong_column_is_refused_before_the_first_request(
    house: House, write: Write
) -> None:
    with pytest.raises(FileUnusable, match="no column 'Where'"):
        await house.load(write(HEADER, *numbered(1)), [*PAIRS, "project=Where"])

    assert house.calls == []


async def test_a_page_that_somebody_doubled_is_noted_and_the_first_one_kept_up(
    house: House, write: Write
) -> None:
    first = await house.load(write(HEADER, *numbered(1)))
    text = {"rich_text": [{"text": {"content": "T1"}}]}
    await house.client.create_page(first.data_source_id, {"External ID": text})

    again = await house.load(write(HEADER, *numbered(1)))

    assert (again.created_count, again.unchanged_count) == (0, 1)
    assert again.notes == {"several_pages_with_its_external_id": 1}


async def test_an_import_that_is_cut_off_anywhere_goes_on_where_it_was(
    house: House, write: Write
) -> None:
    path = write(HEADER, *numbered(60))

    with anyio.CancelScope() as scope:
        await house.load(write(HEADER, *numbered(20), name="first.csv"))
        # Cancelled as the next import tells that it loaded its first lines.
        house.progress = _Cancelling(scope)
        await house.load(path)
    house.progress = []
    resumed = await house.load(path)

    assert scope.cancelled_caught
    assert resumed.created_count + resumed.unchanged_count == 60
    assert 0 < resumed.created_count < 60
    rows = await house.rows(resumed.data_source_id, "External ID")
    assert rows == [(f"T{number}",) for number in range(1, 61)]


class _Cancelling(list[tuple[int, int | None, str]]):
    def __init__(self, scope: anyio.CancelScope) -> None:
        super().__init__()
        self._scope = scope

    def append(self, told: tuple[int, int | None, str]) -> None:
        if told[0] >= 40:
            self._scope.cancel()
