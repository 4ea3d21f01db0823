"""Units of work for a few threads: whoever is free takes the next, nobody waits for a queue."""

from collections.abc import Callable, Iterator
from threading import Event, Lock, Thread
from typing import TypeVar

Unit = TypeVar("Unit")
Cancelled = Callable[[], bool]


def work_through(
    units: Iterator[Unit],
    open_worker: Callable[[], Callable[[Unit], None]],
    *,
    workers_count: int,
    cancelled: Cancelled,
) -> bool:
    """Every unit done by one of the workers; False where it was cancelled on the way.

    The caller's thread is one of them. What a worker raises stops all and is raised here.
    """
    lock, stop = Lock(), Event()
    errors: list[BaseException] = []

    def take() -> tuple[Unit] | None:
        with lock:
            if stop.is_set() or cancelled():
                stop.set()
                return None
            for unit in units:
                return (unit,)
        return None

    def work() -> None:
        try:
            if taken := take():
                do = open_worker()
                while taken:
                    do(taken[0])
                    taken = take()
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            errors.append(error)
            stop.set()

    threads = [Thread(target=work, daemon=True) for _ in range(workers_count - 1)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return not stop.is_set()
