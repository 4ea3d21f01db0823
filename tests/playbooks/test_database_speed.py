from collections.abc import Sequence
from typing import Any

import pytest

from playbooks.bands import Bands
from playbooks.causes import Cause
from playbooks.database_speed import Measured, judge_speed, speed_causes
from playbooks.errors import RateLimited
from playbooks.objects import DataSource, PageMeasure, Property
from tests.playbooks.recorded import SOURCE

FAST = [100.0, 120, 90, 110, 130]
SLOW = [1500.0, 1900, 1200, 1400, 1700]


def page(server_ms: float, **more: Any) -> PageMeasure:
    told: dict[str, Any] = {
        "rows_count": 100,
        "has_more": True,
        "response_bytes": 1000,
        "tries_count": 1,
        **more,
    }
    return PageMeasure(server_ms, 0, 0, server_ms, server_ms, 0, **told)


def database(
    key: str = "tasks",
    full: Sequence[float] = FAST,
    title_only: Sequence[float] = (),
    *,
    types: Sequence[str] = ("title", "number"),
    records_count: int | None = None,
    recorded_ms: Sequence[float] = (),
    **traits: Any,
) -> Measured:
    """A database that was measured so."""
    properties = tuple(Property(f"p{n}", f"P{n}", kind) for n, kind in enumerate(types))
    source = DataSource(SOURCE, "Tasks", None, in_trash=False, url="", properties=properties)
    measured = Measured(key, source, records_count=records_count, recorded_ms=recorded_ms)
    measured.pages["full"] = [page(ms, **traits) for ms in full]
    measured.pages["title_only"] = [page(ms) for ms in title_only]
    return measured


def named(*databases: Measured) -> dict[str, Cause]:
    causes = speed_causes(databases, Bands())
    return {f"{cause.name} {cause.about}".strip(): cause for cause in causes}


@pytest.mark.parametrize(
    ("median_ms", "status"),
    [
        pytest.param(199, "ok", id="below 200"),
        pytest.param(200, "warning", id="200 itself"),
        pytest.param(500, "warning", id="500 itself"),
        pytest.param(501, "critical", id="above 500"),
    ],
)
def test_the_median_is_judged_by_p11(median_ms: float, status: str) -> None:
    verdict = judge_speed(database(full=[median_ms] * 5), Bands())

    assert verdict.gate.status == status
    assert f"median {median_ms:.0f} ms" in verdict.gate.reason


def test_the_recorded_p95_is_judged_too_where_there_are_enough() -> None:
    recorded = [100.0] * 50 + [900.0] * 10

    enough = judge_speed(database(recorded_ms=recorded), Bands())
    too_few = judge_speed(database(recorded_ms=recorded[2:]), Bands())

    assert (enough.gate.status, too_few.gate.status) == ("critical", "ok")
    assert "p95 900 ms of 60 recorded, judged too" in enough.gate.reason
    assert "no p95" in too_few.gate.reason


def test_no_page_in_time_is_unknown() -> None:
    assert judge_speed(database(full=[]), Bands()).gate.status == "unknown"


def test_a_database_that_only_failed_is_unknown_with_its_remedy() -> None:
    measured = database(full=[])
    measured.errors.append(RateLimited(429, retry_after_s=2, reason=None))

    verdict = judge_speed(measured, Bands())

    assert verdict.gate.status == "unknown"
    assert "limits the rate" in verdict.gate.reason
    assert "Try again in 2 s" in verdict.remedy


def test_a_slow_one_among_faster_ones_is_named_with_what_it_costs() -> None:
    found = named(database("slow", SLOW, SLOW[:3], records_count=1000), database("fast"))

    assert list(found) == ["slow_database slow"]
    assert found["slow_database slow"].saved_s == pytest.approx(1.39 * 10)
    assert "fast, the fastest, takes 110 ms" in found["slow_database slow"].evidence[1]


def test_when_all_are_slow_alike_no_database_is_to_blame() -> None:
    assert list(named(database("a", SLOW), database("b", SLOW))) == ["slow_service"]


def test_the_only_database_is_named_alone() -> None:
    assert list(named(database("a", SLOW))) == ["slow_database a"]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        pytest.param(("title", "rollup", "formula"), "heavy_rollups tasks", id="computed ones"),
        pytest.param(("title", "number"), "missing_filter_properties tasks", id="plain ones"),
    ],
)
def test_properties_that_make_a_page_slow_are_named(types: Sequence[str], expected: str) -> None:
    heavy = database(full=SLOW, title_only=[150, 120, 140], types=types)

    found = named(heavy, database("fast"))

    assert list(found) == [expected]
    assert found[expected].saved_s == pytest.approx(1.36)


def test_what_all_databases_have_alike_is_possible_at_most() -> None:
    types = ("title", "rollup")
    both = (database(key, SLOW, [150, 120, 140], types=types) for key in ("a", "b"))

    found = named(*both)

    assert {cause.confidence for cause in found.values()} == {"possible"}
    assert "it may be Notion itself" in found["heavy_rollups a"].evidence[-1]


@pytest.mark.parametrize(
    ("full", "title_only"),
    [
        pytest.param([300, 310, 290, 320, 305], [250, 260, 240], id="less than half slower"),
        pytest.param([90, 95, 92, 99, 91], [30, 31, 29], id="a few milliseconds"),
        pytest.param([300, 900, 310, 200, 950], [290, 100, 310], id="not sure"),
        pytest.param([400, 410, 420, 430, 440], [], id="not compared"),
    ],
)
def test_no_property_is_blamed_without_proof(
    full: Sequence[float], title_only: Sequence[float]
) -> None:
    assert named(database(full=full, title_only=title_only, types=("title", "rollup"))) == {}


@pytest.mark.parametrize(
    ("records_count", "severity"),
    [
        pytest.param(7_999, None, id="below 8,000"),
        pytest.param(8_000, "info", id="near"),
        pytest.param(10_000, "warning", id="at the cap"),
        pytest.param(12_000, "warning", id="beyond"),
        pytest.param(None, None, id="unknown"),
    ],
)
def test_a_database_near_the_cap_of_a_query_is_told(
    records_count: int | None, severity: str | None
) -> None:
    found = named(database(records_count=records_count))

    assert [cause.severity for cause in found.values()] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        pytest.param(database(records_count=350), "350 rows", id="recorded"),
        pytest.param(database(), "more than 100 rows", id="unknown"),
        pytest.param(database(rows_count=42, has_more=False), "42 rows", id="all on one page"),
        pytest.param(database(full=[]), "rows unknown", id="never read"),
    ],
)
def test_the_size_is_told_as_far_as_it_is_known(measured: Measured, told: str) -> None:
    assert measured.size == told


def test_fast_databases_have_no_cause() -> None:
    assert named(database("a"), database("b", [150, 90, 80, 120, 100])) == {}
