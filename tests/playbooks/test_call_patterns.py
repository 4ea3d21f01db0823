from dataclasses import replace

import pytest

from playbooks.call_patterns import pattern_causes
from playbooks.causes import Cause
from playbooks.records import CallRecord
from tests.playbooks.recorded import NAMES, at, call, page_read, reading

LATER = at(7200)


def causes_of(calls: list[CallRecord]) -> dict[str, Cause]:
    found = pattern_causes(calls, NAMES, LATER)
    return {f"{cause.name} {cause.about}": cause for cause in found}


def test_pages_read_one_by_one_in_one_run_are_one_query_too_many_times() -> None:
    found = causes_of([page_read(n) for n in range(30)])

    assert list(found) == ["n_plus_one pages"]
    assert found["n_plus_one pages"].saved_requests == 29
    assert found["n_plus_one pages"].saved_s == pytest.approx(2.9)


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([page_read(n) for n in range(10)], id="few"),
        pytest.param([page_read(n, run_id=f"run {n}") for n in range(30)], id="of many runs"),
        pytest.param([page_read(n, run_id=None) for n in range(30)], id="of no run"),
        pytest.param([page_read(n, method="PATCH") for n in range(30)], id="writes"),
        pytest.param([page_read(n, probe=True) for n in range(30)], id="probes"),
    ],
)
def test_page_reads_that_belong_to_nothing_larger_are_no_pattern(calls: list[CallRecord]) -> None:
    assert causes_of(calls) == {}


def test_a_run_that_left_rows_unread_is_told_with_how_many_it_took_for_all() -> None:
    found = causes_of([*reading("whole", 3), call(10, run_id="hasty")])

    assert list(found) == ["unread_pages task_management"]
    assert "after 100 to 100 rows" in found["unread_pages task_management"].evidence[0]


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(call(5, has_more=False), id="read to its end"),
        pytest.param(call(5, page_size=1, rows_count=1), id="asked only whether there are rows"),
        pytest.param(call(5, status=429, has_more=None, rows_count=None), id="failed"),
        pytest.param(call(7190), id="going on"),
        pytest.param(call(5, run_id=None), id="of no run"),
        pytest.param(call(5, probe=True), id="a probe"),
    ],
)
def test_what_was_not_left_unread_on_purpose_is_no_pattern(last: CallRecord) -> None:
    assert causes_of([replace(last)]) == {}


def test_small_pages_cost_what_large_ones_would_not() -> None:
    found = causes_of(reading("run", 41, page_size=10, rows_count=10))

    cause = found["small_pages task_management"]
    assert cause.saved_requests == 40 - 4
    assert "40 pages of 10 to 10 rows" in cause.evidence[0]


def test_pages_halved_for_a_struggling_service_are_right() -> None:
    struggling = call(-1, status=503, rows_count=None, has_more=None)

    assert causes_of([struggling, *reading("run", 41, page_size=25, rows_count=25)]) == {}


def test_reading_all_again_and_again_is_told_with_what_a_refresh_would_save() -> None:
    calls = [each for n in range(4) for each in reading(f"run {n}", 6, start=100 * n)]

    found = causes_of(calls)

    assert list(found) == ["unfiltered task_management"]
    assert found["unfiltered task_management"].saved_requests == 24 - 6 - 3


@pytest.mark.parametrize(
    "traits",
    [
        pytest.param({"filtered": True}, id="filtered"),
        pytest.param({"narrowed": True}, id="titles alone, as a sweep reads them"),
    ],
)
def test_readings_of_a_part_may_be_many(traits: dict[str, bool]) -> None:
    calls = [each for n in range(4) for each in reading(f"run {n}", 6, start=100 * n, **traits)]

    assert causes_of(calls) == {}


def test_heavy_rows_that_are_always_read_whole_are_told() -> None:
    found = causes_of(reading("run", 20, response_bytes=1_500_000))

    assert list(found) == ["missing_filter_properties task_management"]
    assert "15 kB a row" in found["missing_filter_properties task_management"].evidence[0]


def test_a_refusal_that_is_asked_for_again_is_useless() -> None:
    refused = [page_read(n, status=404, object_id="gone", run_id=f"run {n}") for n in range(8)]
    once = [page_read(n, status=404, run_id=f"run {n}") for n in range(8)]

    found = causes_of([*refused, *once])

    assert list(found) == ["useless_retries 404"]
    assert found["useless_retries 404"].saved_requests == 7


def test_one_of_ours_that_reads_as_it_should_has_no_pattern() -> None:
    assert causes_of([*reading("a", 5), *reading("b", 1, start=50)]) == {}
