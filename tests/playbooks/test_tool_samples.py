from datetime import UTC, date, datetime

import pytest

from playbooks.days import WorkDays
from playbooks.rows import Plain, Row, Span, Unreadable
from playbooks.tool_samples import RowReader, Sample, sample_of_record, share_named
from playbooks.usage import UsageRecord
from tests.playbooks.rows_made import NAMES, NOON, row


def read(*rows: Row, zone: str = "UTC", names: dict[str, str] | None = None) -> RowReader:
    reader = RowReader(NAMES if names is None else names, WorkDays(zone), lambda _: True)
    for each in rows:
        reader.read(each)
    return reader


def only(*rows: Row) -> Sample:
    (found,) = read(*rows).samples()
    return found


@pytest.mark.parametrize(
    ("success", "share"),
    [
        pytest.param(True, 1.0, id="ticked"),
        pytest.param(False, 0.0, id="not-ticked"),
        pytest.param(0.93, 0.93, id="a-share"),
        pytest.param("Succeeded", 1.0, id="a-status"),
        pytest.param("Failed", 0.0, id="a-failed-status"),
        pytest.param(None, None, id="empty"),
    ],
)
def test_success_is_read_as_a_share_whatever_its_type(success: Plain, share: float | None) -> None:
    assert only(row(success=success)).success == share


def test_numbers_of_success_are_percents_as_soon_as_one_is_above_1() -> None:
    shares = [each.success for each in read(row(success=97.5), row(success=1)).samples()]

    assert shares == [0.975, 0.01]


def test_a_row_outside_the_period_still_tells_what_numbers_of_success_mean() -> None:
    reader = RowReader(NAMES, WorkDays(), lambda moment: moment == NOON)
    reader.read(row(success=95, date=Span(date(2020, 1, 1))))
    reader.read(row(success=1))

    assert [each.success for each in reader.samples()] == [0.01]


def test_a_status_that_names_an_error_tells_its_class() -> None:
    failed = only(row(success="Rate limited"))

    assert (failed.success, failed.error_class) == (0.0, "rate_limit")


def test_names_of_a_tool_that_differ_in_writing_are_one_tool() -> None:
    assert {
        each.tool for each in read(row(tool="MCP server"), row(tool="mcp_server")).samples()
    } == {"mcp_server"}


def test_a_row_without_a_count_is_one_call() -> None:
    assert only(row()).calls_count == 1
    assert only(row(count=12)).calls_count == 12


def test_days_are_those_of_the_zone_and_dates_without_a_time_have_none() -> None:
    late = row(date=Span(datetime(2026, 3, 28, 23, 30, tzinfo=UTC)))
    plain = row(date=Span(date(2026, 3, 28)))

    found = read(late, plain, zone="Europe/Brussels").samples()

    assert [each.day for each in found] == [date(2026, 3, 29), date(2026, 3, 28)]
    assert found[1].at is None


@pytest.mark.parametrize(
    ("roles", "flaw", "lost"),
    [
        pytest.param({"response_time_ms": -5}, "impossible response time", "response_time_ms"),
        pytest.param({"response_time_ms": 0}, "impossible response time", "response_time_ms"),
        pytest.param({"response_time_ms": 600_001}, "impossible response time", "response_time_ms"),
        pytest.param({"success": "Maybe"}, "impossible success", "success"),
        pytest.param({"success": 101}, "impossible success", "success"),
        pytest.param({"success": Unreadable("button")}, "impossible success", "success"),
        pytest.param({"tokens": -1}, "impossible tokens", "tokens"),
        pytest.param({"cost": float("nan")}, "impossible cost", "cost"),
    ],
)
def test_an_impossible_value_is_left_out_of_its_figure_alone(
    roles: dict[str, Plain], flaw: str, lost: str
) -> None:
    reader = read(row("bad", **roles))
    (found,) = reader.samples()

    assert {kind: [each.id for each in rows] for kind, rows in reader.flaws.items()} == {
        flaw: ["bad"]
    }
    assert getattr(found, lost) is None
    assert found.tool == "cursor"


@pytest.mark.parametrize(
    ("roles", "flaw"),
    [
        pytest.param({"tool": None}, "no tool", id="no-tool"),
        pytest.param({"tool": "…"}, "no tool", id="no-letters"),
        pytest.param({"date": None}, "no date", id="no-date"),
    ],
)
def test_a_row_without_tool_or_date_is_no_sample(roles: dict[str, Plain], flaw: str) -> None:
    reader = read(row(**roles))

    assert reader.samples() == []
    assert list(reader.flaws) == [flaw]


def test_a_database_without_optional_columns_gives_samples_without_those_figures() -> None:
    names = {role: NAMES[role] for role in ("tool", "date")}
    (found,) = read(row(), names=names).samples()

    assert (found.response_time_ms, found.success, found.tokens) == (None, None, None)


def test_a_record_of_our_own_is_a_sample_as_it_is() -> None:
    record = UsageRecord("a", "cursor", NOON, NOON.date(), success=False, error_class="network")

    found = sample_of_record(record)

    assert (found.success, found.error_class, found.at) == (0.0, "network", NOON)


@pytest.mark.parametrize(
    ("word", "share"), [("OK", 1.0), ("Timeout", 0.0), ("503", 0.0), ("pending", None)]
)
def test_words_of_success_are_understood(word: str, share: float | None) -> None:
    assert share_named(word) == share
