"""Units shared by threads."""

from collections.abc import Callable

import pytest

from server.secrets.workers import work_through


def test_every_unit_is_done_once_whoever_does_it() -> None:
    done: list[int] = []

    finished = work_through(
        iter(range(1000)), lambda: done.append, workers_count=4, cancelled=lambda: False
    )

    assert finished
    assert sorted(done) == list(range(1000))


def test_no_worker_is_opened_for_nothing() -> None:
    def open_worker() -> Callable[[int], None]:
        raise AssertionError("there is nothing to do")

    assert work_through(iter(()), open_worker, workers_count=4, cancelled=lambda: False)


def test_a_cancelled_crew_stops_and_says_so() -> None:
    done: list[int] = []

    finished = work_through(
        iter(range(1000)), lambda: done.append, workers_count=1, cancelled=lambda: len(done) >= 3
    )

    assert not finished
    assert done == [0, 1, 2]


def test_what_a_worker_raises_reaches_the_caller() -> None:
    def fail(unit: int) -> None:
        raise ZeroDivisionError(unit)

    with pytest.raises(ZeroDivisionError):
        work_through(iter(range(9)), lambda: fail, workers_count=3, cancelled=lambda: False)
