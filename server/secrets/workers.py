"""Units of work for a few threads: whoever is free takes the next, nobody waits for a queue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

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
    crew = _Crew(units, open_worker, cancelled)
    threads = [Thread(target=crew.work, daemon=True) for _ in range(workers_count - 1)]
    for thread in threads:
        thread.start()
    crew.work()
    for thread in threads:
        thread.join()
    if crew.errors:
        raise crew.errors[0]
    return not crew.stop.is_set()


@dataclass(frozen=True, slots=True)
class _Crew(Generic[Unit]):
    units: Iterator[Unit]
    open_worker: Callable[[], Callable[[Unit], None]]
    cancelled: Cancelled
    errors: list[BaseException] = field(default_factory=list[BaseException])
    stop: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def work(self) -> None:
        """Opens a worker only when there is something for it to do."""
        try:
            units = self._taken()
            for first in units:
                do = self.open_worker()
                do(first)
                for unit in units:
                    do(unit)
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            self.errors.append(error)
            self.stop.set()

    def _taken(self) -> Iterator[Unit]:
        while True:
            with self.lock:
                if self.stop.is_set() or self.cancelled():
                    self.stop.set()
                    return
                try:
                    unit = next(self.units)
                except StopIteration:
                    return
            yield unit
