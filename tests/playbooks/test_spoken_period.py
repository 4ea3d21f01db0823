from datetime import date

import pytest

from playbooks.spoken_period import Spoken, spoken_period

WEDNESDAY = date(2026, 3, 4)


def spoken(asked: str) -> Spoken:
    return spoken_period(asked, WEDNESDAY)


def on(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("which tool is slow today?", "2026-03-04", "2026-03-04"),
        ("errors yesterday", "2026-03-03", "2026-03-03"),
        ("cost this week", "2026-03-02", "2026-03-04"),
        ("cost of Last Week", "2026-02-23", "2026-03-01"),
        ("tokens this month", "2026-03-01", "2026-03-04"),
        ("tokens last month", "2026-02-01", "2026-02-28"),
        ("cost last 7 days", "2026-02-26", "2026-03-04"),
        ("cost of the past week", "2026-02-26", "2026-03-04"),
        ("calls in the last two weeks", "2026-02-19", "2026-03-04"),
        ("tokens in the last 3 months", "2025-12-05", "2026-03-04"),
        ("tokens in october", "2025-10-01", "2025-10-31"),
        ("tokens in Feb", "2026-02-01", "2026-02-28"),
        ("tokens in may 2025", "2025-05-01", "2025-05-31"),
        ("cost of 1 November", "2025-11-01", "2025-11-01"),
        ("cost on march 3rd, 2025", "2025-03-03", "2025-03-03"),
        ("cost on monday", "2026-03-02", "2026-03-02"),
        ("cost since 2026-02-01", "2026-02-01", "2026-03-04"),
        ("cost since yesterday", "2026-03-03", "2026-03-04"),
        ("cost since the beginning of january", "2026-01-01", "2026-03-04"),
        ("cost until 2026-02-01", None, "2026-02-01"),
        ("cost from 2026-02-01 to 2026-02-05", "2026-02-01", "2026-02-05"),
        ("cost of january and february", "2026-01-01", "2026-02-28"),
        ("cost in 2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_the_days_that_a_question_speaks_of(asked: str, first: str | None, last: str) -> None:
    assert spoken(asked) == Spoken(on(first), on(last))


@pytest.mark.parametrize(
    "asked", ["response_time", "tokens per day", "what may it cost", "is cursor faster than x"]
)
def test_a_question_without_days_speaks_of_none(asked: str) -> None:
    assert spoken(asked) == Spoken()


@pytest.mark.parametrize(
    ("asked", "first", "last", "before"),
    [
        ("slower this week than last week", "2026-03-02", "2026-03-04", "2026-02-23"),
        ("is it slower than yesterday?", "2026-03-04", "2026-03-04", "2026-03-03"),
        ("cost this month vs february", "2026-03-01", "2026-03-04", "2026-02-01"),
        ("cost last week compared to the week before", "2026-02-23", "2026-03-01", None),
        ("more tokens than before", None, None, None),
    ],
)
def test_a_comparison_is_with_the_days_it_names_else_with_those_just_before(
    asked: str, first: str | None, last: str | None, before: str | None
) -> None:
    assert spoken(asked) == Spoken(on(first), on(last), compares=True, before=on(before))


@pytest.mark.parametrize(
    "asked",
    [
        "cost last 24 hours",
        "cost since the update",
        "cost before october",
        "cost 3 weeks ago",
        "cost in q3",
        "cost on 01.11.2025",
        "cost on 2026-13-45",
        "week over week",
        "slower than in the last 7 days",
        "since <7>",
    ],
)
def test_what_is_not_understood_is_no_guess(asked: str) -> None:
    told = spoken(asked)

    assert (told.first, told.last, told.is_clear) == (None, None, False)


def test_days_that_are_no_like_for_like_are_not_compared_by_guess() -> None:
    assert spoken("slower today than last week") == Spoken(
        WEDNESDAY, WEDNESDAY, compares=True, is_clear=False
    )
