"""Calls of AI tools from files into a real store."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from playbooks.days import WorkDays
from server.importing.errors import FileUnusable, MapInvalid
from server.importing.usage import UsageImport, import_usage
from server.importing.usage_file import UsageFile
from server.importing.usage_map import parse_usage_map
from server.store.kept_usage import KeptUsage
from server.store.sql import SqlStore

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture
async def book(tmp_path: Path) -> AsyncGenerator[KeptUsage]:
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}", clock=lambda: NOW)
    yield KeptUsage(store, connection="mine", clock=lambda: NOW)
    await store.aclose()


def silent(_done: int, _total: int | None, _what: str) -> None:
    """Nobody looks."""


def tokens(number: int) -> str:
    event = {
        "eventName": "tokensGenerated",
        "timestamp": "2026-11-24T10:00:00Z",
        "promptTokens": number,
        "generatedTokens": 1,
    }
    return json.dumps(event) + "\n"


async def load(
    book: KeptUsage | None, path: Path, *pairs: str, tool: str | None = None
) -> UsageImport:
    file = UsageFile(path, WorkDays(), NOW, parse_usage_map(pairs), tool)
    return await import_usage([file], book, silent)


async def test_the_same_file_twice_is_recorded_once_and_a_longer_one_goes_on(
    book: KeptUsage, tmp_path: Path
) -> None:
    path = tmp_path / "tokensGenerated.jsonl"
    path.write_text(tokens(1) + tokens(1) + tokens(2))

    first = await load(book, path)
    path.write_text(path.read_text() + tokens(1))
    again = await load(book, path)

    assert (first.new_count, first.known_count) == (3, 0)
    assert (again.new_count, again.known_count) == (1, 3)


async def test_more_lines_than_one_batch_are_all_kept(book: KeptUsage, tmp_path: Path) -> None:
    path = tmp_path / "tokensGenerated.jsonl"
    path.write_text("".join(tokens(number) for number in range(1_203)))

    assert (await load(book, path)).new_count == 1_203
    assert len(await book.between(NOW - timedelta(days=2), NOW)) == 1_203


async def test_bad_lines_are_told_by_number_and_the_rest_is_kept(
    book: KeptUsage, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text(
        tokens(1)
        + "\n{broken\n"
        + '["no object"]\n'
        + '{"eventName": "dance"}\n'
        + '{"eventName": "chatInteraction"}\n'
    )

    done = await load(book, path)

    assert (done.lines_count, done.new_count, done.elsewhere_count) == (5, 1, 1)
    assert [(each.line, each.reason) for each in done.skipped] == [
        (3, "is no JSON object"),
        (4, "is no JSON object"),
        (5, "is no event of Continue that is known here"),
    ]


async def test_a_csv_with_usual_names_needs_no_map(book: KeptUsage, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "Tool,When,Response time ms,Success,Tokens,Cost,Error\n"
        "Cursor,2026-11-24T10:00:00+01:00,412.5,yes,1200,0.01,\n"
        "cursor,2026-11-24T11:00:00Z,9000,,,,Timeout\n"
        "cursor,2026-11-24,,0,,,\n"
    )

    await load(book, path)

    kept = await book.between(NOW - timedelta(days=2), NOW)
    told = {(r.tool, r.response_time_ms, r.success, r.tokens, r.cost, r.error_class) for r in kept}
    assert told == {
        ("cursor", 412.5, True, 1200, 0.01, None),
        ("cursor", 9000, False, None, None, "network"),
        ("cursor", None, False, None, None, None),
    }


async def test_columns_of_other_names_are_mapped_and_an_id_of_its_own_is_kept(
    book: KeptUsage, tmp_path: Path
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('{"at": "2026-11-24T10:00:00Z", "took": 80, "key": "k1", "ok": true}\n')

    done = await load(book, path, "response_time_ms=took", "id=key", tool="copilot")

    (kept,) = await book.between(NOW - timedelta(days=2), NOW)
    assert done.by_tool == {"copilot": 1}
    assert (kept.response_time_ms, kept.success) == (80, True)


async def test_an_id_is_one_call_of_its_tool_however_long_it_is(
    book: KeptUsage, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    calls = [("cursor", "1"), ("copilot", "1"), ("cursor", "x" * 200), ("cursor", "x" * 201)]
    lines = [f"{tool},{own},2026-11-24\n" for tool, own in [*calls, ("Cursor", "1")]]
    path.write_text("tool,id,at\n" + "".join(lines))

    done = await load(book, path)

    assert (done.new_count, done.known_count) == (4, 1)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        pytest.param("2026-11-24T10:00:00Z,100", "2026-11-24T10:00:01Z,100", id="by-instant"),
        pytest.param("2026-11-24,100", "2026-11-24,101", id="days-alone-by-all-that-is-told"),
    ],
)
async def test_two_files_that_both_count_from_one_lose_no_calls(
    book: KeptUsage, tmp_path: Path, mine: str, theirs: str
) -> None:
    for name, call in (("mine.csv", mine), ("theirs.csv", theirs)):
        (tmp_path / name).write_text(f"tool,id,at,response_time_ms\ncursor,1,{call}\n")

    first = [await load(book, tmp_path / name) for name in ("mine.csv", "theirs.csv")]
    again = [await load(book, tmp_path / name) for name in ("mine.csv", "theirs.csv")]

    assert [done.new_count for done in first] == [1, 1]
    assert [done.known_count for done in again] == [1, 1]


async def test_a_call_with_an_id_and_an_instant_is_one_though_its_cost_comes_later(
    book: KeptUsage, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("tool,id,at,cost\ncursor,1,2026-11-24T10:00:00Z,\n")
    await load(book, path)
    path.write_text("tool,id,at,cost\nCursor,1,2026-11-24T10:00:00Z,0.5\n")

    assert (await load(book, path)).new_count == 0


async def test_the_same_events_of_continue_in_a_copy_of_its_files_are_recorded_once(
    book: KeptUsage, tmp_path: Path
) -> None:
    for name in ("tokensGenerated.jsonl", "copy.jsonl"):
        (tmp_path / name).write_text(tokens(1) + tokens(2))

    await load(book, tmp_path / "tokensGenerated.jsonl")

    assert (await load(book, tmp_path / "copy.jsonl")).new_count == 0


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        pytest.param(",2026-11-24,,", "names no tool", id="no-tool"),
        pytest.param("cursor,yesterday,,", "no instant", id="no-instant"),
        pytest.param("cursor,2027-11-24T10:00:00Z,,", "lies in the future", id="future"),
        pytest.param("cursor,2025-10-20,,", "is older than 400 days", id="too-old"),
        pytest.param("cursor,0001-01-01T00:00:00+14:00,,", "no instant", id="first-day-of-all"),
        pytest.param("cursor,9999-12-31T23:00:00-14:00,,", "no instant", id="last-day-of-all"),
        pytest.param("cursor,2026-11-24,fast,", "is no number", id="no-number"),
        pytest.param("cursor,2026-11-24,-3,", "below zero", id="below-zero"),
        pytest.param("cursor,2026-11-24,600001,", "impossible response time", id="too-long"),
        pytest.param("cursor,2026-11-24,,maybe", "neither success nor failure", id="maybe"),
    ],
)
async def test_a_line_that_does_not_fit_is_skipped_with_its_reason(
    book: KeptUsage, tmp_path: Path, cells: str, says: str
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"tool,at,response_time_ms,success\n{cells}\n")

    done = await load(book, path)

    assert done.new_count == 0
    assert [each.line for each in done.skipped] == [2]
    assert says in done.skipped[0].reason


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"count": 1.5}, "has no whole number as count", id="half-a-call"),
        pytest.param({"tokens": 0.5}, "has no whole number as tokens", id="half-a-token"),
        pytest.param(
            {"success": True, "error": "timeout"}, "says success and names an error", id="both"
        ),
    ],
)
async def test_what_no_call_can_be_is_skipped_with_its_reason(
    book: KeptUsage, tmp_path: Path, more: dict[str, object], says: str
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps({"tool": "cursor", "at": "2026-11-24", **more}) + "\n")

    done = await load(book, path)

    assert (done.new_count, done.skipped[0].reason) == (0, says)


async def test_an_event_of_continue_that_lies_ahead_is_skipped(
    book: KeptUsage, tmp_path: Path
) -> None:
    path = tmp_path / "tokensGenerated.jsonl"
    path.write_text(tokens(1).replace("2026", "2027"))

    assert (await load(book, path)).skipped[0].reason == "lies in the future"


@pytest.mark.parametrize("role", ["count", "tokens", "cost"])
async def test_a_number_that_the_store_cannot_hold_is_skipped(
    book: KeptUsage, tmp_path: Path, role: str
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps({"tool": "cursor", "at": "2026-11-24", role: 10**23}) + "\n")

    done = await load(book, path)

    assert done.new_count == 0
    assert f"has a {role} below zero or above" in done.skipped[0].reason


async def test_without_a_book_files_are_only_read(tmp_path: Path) -> None:
    path = tmp_path / "tokensGenerated.jsonl"
    path.write_text(tokens(1))

    done = await load(None, path)

    assert (done.lines_count, done.new_count, done.by_tool) == (1, 0, {"continue": 1})


async def test_what_cannot_be_read_at_all_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("tool,at\ncursor,2026-11-24\n")

    with pytest.raises(FileUnusable, match="no file"):
        await load(None, tmp_path / "absent.jsonl")
    with pytest.raises(MapInvalid, match="no column 'Wann'"):
        await load(None, path, "at=Wann")
    with pytest.raises(MapInvalid, match="no role of a call"):
        parse_usage_map(["speed=Took"])
