"""How well processes that share one token use its rate limit, and whether they ever exceed it.

One process serves the embedded workspace on loopback with a fixed window, as Notion counts; 1, 2,
4 and 8 others call it all the time, three workers each. Ours share one budget through a store;
beside them in the same run stand notion-client with the retry that it comes with, and plain HTTP
under a semaphore of three. Time is scaled: 180 calls in 6 s stand for 180 in 60 s, so that what a
machine loses in waking up and on the way weighs ten times as much as in life.

Used is what the server answered with 200 in whole windows of its own, of what it allows in them;
the window in which the callers begin is not counted. Our window slides and is kept 1 % longer
than the server's, so in the long run no more than 99 % can be used. The spread is the difference
between the processes with the most and the fewest answers, to their mean. Run it from a checkout
with `.venv/bin/python -m benchmarks.budget [--quick] [--json]`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import httpx

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.outcome import progress

CHECKOUT = Path(__file__).resolve().parents[1]
CALLERS = ("ours", "notion-client", "semaphore")
OK, TOO_MANY = 200, 429

BEGIN_PART = 0.3
"""The callers begin when this part of a window is over: neither at its edge nor in step with it."""


@dataclass(frozen=True, slots=True)
class Size:
    """What is measured: so many processes each time, over so many whole windows."""

    processes_counts: tuple[int, ...]
    calls_count: int
    window_s: int
    windows_count: int


FULL = Size((1, 2, 4, 8), calls_count=180, window_s=6, windows_count=4)
QUICK = Size((4,), calls_count=60, window_s=2, windows_count=3)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one kind of caller in so many processes."""

    caller: str
    processes_count: int
    used_percent: float
    refused_count: int
    spread_percent: float


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: a server with a limit, and what calls it."""

    size: Size
    directory: Path
    address: str
    token: str

    def measure(self, caller: str, processes_count: int) -> Measured:
        """Let the processes call over whole windows of the server."""
        store = f"sqlite:///{self.directory}/store-{processes_count}.sqlite3"
        limit = (str(self.size.calls_count), str(self.size.window_s))
        arguments = (caller, self.address, self.token, store, *limit)
        with ExitStack() as stack:
            callers = [stack.enter_context(_role(*arguments)) for _ in range(processes_count)]
            for each in callers:
                _line_of(each)
            begin_s, first_s, end_s = self._times()
            self._tally()
            for each in callers:
                _tell(each, [begin_s, end_s])
            answered_at_s: list[list[float]] = [json.loads(_line_of(each)) for each in callers]
        counts = [sum(first_s <= at_s < end_s for at_s in each) for each in answered_at_s]
        return self._measured(caller, counts, first_s, end_s)

    def _measured(
        self, caller: str, counts: Sequence[int], first_s: float, end_s: float
    ) -> Measured:
        noted = self._tally()
        statuses = [status for at_s, status in noted if first_s <= at_s < end_s]
        allowed_count = self.size.calls_count * self.size.windows_count
        return Measured(
            caller,
            len(counts),
            used_percent=round(100 * statuses.count(OK) / allowed_count, 1),
            refused_count=sum(status == TOO_MANY for _, status in noted),
            spread_percent=round(100 * (max(counts) - min(counts)) / max(1.0, mean(counts)), 1),
        )

    def _times(self) -> tuple[float, float, float]:
        """When to begin, in a window in which nobody has called; the first counted; the end."""
        window_s = self.size.window_s
        next_s = (time.time() // window_s + 1) * window_s
        first_s = next_s + window_s
        return next_s + BEGIN_PART * window_s, first_s, first_s + self.size.windows_count * window_s

    def _tally(self) -> list[tuple[float, int]]:
        return [(at_s, status) for at_s, status in httpx.get(f"{self.address}/tally").json()]


@contextmanager
def _role(*arguments: str) -> Generator[subprocess.Popen[str]]:
    """One process of `budget_roles`; ended when it is no longer needed."""
    command = [sys.executable, "-m", "benchmarks.budget_roles", *arguments]
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=kept
    ) as role:
        try:
            yield role
        finally:
            role.terminate()


def _line_of(role: subprocess.Popen[str]) -> str:
    assert role.stdout is not None
    line = role.stdout.readline()
    if not line:
        raise RuntimeError(f"a process ended with {role.wait()}")
    return line


def _tell(role: subprocess.Popen[str], what: Any) -> None:
    assert role.stdin is not None
    role.stdin.write(json.dumps(what) + "\n")
    role.stdin.flush()


def run(size: Size) -> list[Measured]:
    """Everything that is measured, the callers by turns."""
    limit = (str(size.calls_count), str(size.window_s))
    with (
        tempfile.TemporaryDirectory() as directory,
        _role("serve", directory, *limit) as server,
    ):
        address, token = _line_of(server).split()
        bench = Bench(size, Path(directory), address, token)
        measured: list[Measured] = []
        for processes_count in size.processes_counts:
            for caller in CALLERS:
                progress(f"{caller}: {processes_count} processes")
                measured.append(bench.measure(caller, processes_count))
        progress("")
        return measured


def table(measured: Sequence[Measured]) -> str:
    """One line a caller and number of processes."""
    form = "{:<14} {:>9} {:>7} {:>6} {:>9}".format
    lines = [form("caller", "processes", "used %", "429s", "spread %")]
    for each in measured:
        numbers = (each.used_percent, each.refused_count, each.spread_percent)
        lines.append(form(each.caller, each.processes_count, *numbers))
    return "\n".join(lines)


def keys(measured: Sequence[Measured]) -> dict[str, Any]:
    """The worst of ours over all numbers of processes, and of the others beside it."""
    found: dict[str, Any] = {}
    for caller, prefix in zip(CALLERS, ("", "notion_client_", "semaphore_"), strict=True):
        of_caller = [each for each in measured if each.caller == caller]
        found |= {
            f"{prefix}budget_used_percent": min(each.used_percent for each in of_caller),
            f"{prefix}own_429_count": sum(each.refused_count for each in of_caller),
            f"{prefix}spread_percent": max(each.spread_percent for each in of_caller),
        }
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under 40 s")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    options = parser.parse_args(argv)
    size = QUICK if options.quick else FULL
    measured = run(size)
    cpu_count = os.cpu_count()
    print(table(measured))
    print(
        f"\n{size.windows_count} whole windows each, on {cpu_count} CPUs; scaled: the server"
        f" allows {size.calls_count} calls in {size.window_s} s in place of 180 in 60 s"
    )
    if options.json:
        scaled = {"window_s": size.window_s, "window_calls_count": size.calls_count}
        print(json.dumps({**keys(measured), **scaled, "cpu_count": cpu_count}))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
