"""The rules over rows into which known defects are planted: exactly those are found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from random import Random

import pytest

from playbooks.databases import DatabaseKey
from playbooks.row_rules import RuleResult
from playbooks.row_rules_check import Checkup
from tests.planted import TYPES, Bed, planted
from tests.playbooks.planted_rows import NOW, checked, rows_of

KEYS: tuple[DatabaseKey, ...] = tuple(TYPES)


def found(checkup: Checkup) -> dict[str, set[int]]:
    return {
        each.rule.id: {int(failure.row.id.rpartition("-")[2]) for failure in each.failed}
        for each in checkup.results
    }


def of(checkup: Checkup, name: str) -> RuleResult:
    return next(each for each in checkup.results if each.rule.name == name)


@pytest.mark.parametrize("seed", range(50))
async def test_exactly_the_planted_defects_are_found(seed: int) -> None:
    bed = planted(seed, NOW.date(), count=1 + seed % 2)

    told: dict[str, set[int]] = {}
    for key in KEYS:
        told |= found(await checked(bed, key))

    assert {rule: rows for rule, rows in told.items() if rows} == dict(bed.expected)


async def test_there_is_a_planted_defect_of_every_rule() -> None:
    bed = planted(1, NOW.date())

    rules = {each.rule.id for key in KEYS for each in (await checked(bed, key)).results}

    one_sided = {f"{key}.one_sided_relation" for key in KEYS if key != "task_management"}
    assert rules - set(bed.expected) == one_sided  # their relations have one side alone


async def test_clean_rows_break_no_rule() -> None:
    bed = planted(3, NOW.date(), count=0)

    for key in KEYS:
        assert {rule for rule, rows in found(await checked(bed, key)).items() if rows} == set()


async def test_what_most_rows_do_is_no_failure() -> None:
    """A table whose dates have clock times keeps them so."""
    bed = planted(4, NOW.date(), count=0)
    few = found(await checked(with_clock_times(bed, share=0.2), "task_management"))
    most = found(await checked(with_clock_times(bed, share=0.9), "task_management"))

    assert few["task_management.clock_time"]
    assert not most["task_management.clock_time"]


def with_clock_times(bed: Bed, share: float) -> Bed:
    rng = Random(9)
    rows = [
        {**row, "completed": datetime.combine(row["completed"], time(12), UTC)}
        if row["completed"] and rng.random() < share
        else row
        for row in bed.rows["task_management"]
    ]
    return Bed(rng, bed.today, {**bed.rows, "task_management": rows})


async def test_a_relation_that_is_cut_short_is_unknown_and_no_pass() -> None:
    bed = planted(5, NOW.date(), count=0)
    bed.rows["task_management"][7]["related_tasks"] = (1, 2)
    rows = rows_of(bed, "task_management")
    value = replace(rows[7].values["related_tasks"], complete=False)
    rows[7] = replace(rows[7], values={**rows[7].values, "related_tasks": value})

    result = of(await checked(bed, "task_management", rows), "orphan_relation")

    assert (result.checked_count, result.unknown_count, list(result.failed)) == (0, 1, [])


async def test_figures_are_told_with_and_without_the_rows() -> None:
    bed = planted(6, NOW.date())
    checkup = await checked(bed, "task_management")
    far = of(checkup, "hours_far_apart")

    ids = [failure.row.id for failure in far.failed]
    (distortion,) = checkup.figures.distorted(far.rule.distorts, ids)

    ratios = expected_ratios(bed)
    everyone = 100 * sum(ratios.values()) / len(ratios)
    rest = [ratio for row_id, ratio in ratios.items() if row_id not in ids]
    assert distortion.with_rows == pytest.approx(everyone)
    assert distortion.without_rows == pytest.approx(100 * sum(rest) / len(rest))


def expected_ratios(bed: Bed) -> Mapping[str, float]:
    told: dict[str, float] = {}
    for number, row in enumerate(bed.rows["task_management"]):
        estimate, actual = row["estimated_hours"], row["actual_hours"]
        is_counted = row["status"] == "Done" or isinstance(row["completed"], date)
        if is_counted and estimate and actual and actual > 0:
            told[f"task_management-{number}"] = min(estimate, actual) / max(estimate, actual)
    return told


async def test_a_check_that_fails_itself_blames_no_row() -> None:
    bed = planted(8, NOW.date())
    rows = rows_of(bed, "development_log")
    broken = replace(rows[3].values["title"], plain=NeverText())
    rows[3] = replace(rows[3], values={**rows[3].values, "title": broken})

    checkup = await checked(bed, "development_log", rows)

    result = of(checkup, "spaced_title")
    assert result.error == "the check itself failed (ZeroDivisionError)"
    assert (result.checked_count, list(result.failed)) == (0, [])
    assert of(checkup, "missing_date").failed


class NeverText(str):
    """A text on which every check stumbles."""

    __slots__ = ()

    def strip(self, chars: str | None = None, /) -> str:
        del chars
        raise ZeroDivisionError
