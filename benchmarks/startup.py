"""How fast our server starts and answers, against a bare one-tool server of the SDK.

Both are measured in one run, interleaved round by round, so that the machine's noise hits them
alike: the ratios are steady between runs, the times are not. Run it from a checkout with
`.venv/bin/python -m benchmarks.startup [--quick] [--json]`.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.driver import Connection, Era, ServerFailed
from benchmarks.outcome import progress

CHECKOUT = Path(__file__).resolve().parents[1]
ERAS: tuple[Era, ...] = ("legacy", "modern")

BLOCKS_COUNT = 5
"""The timed calls of each server are spread over so many interleaved blocks."""

WARM_UP_CALLS_COUNT = 20
"""Untimed calls before each block."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured, for each server in each era."""

    starts_count: int
    calls_count: int


FULL = Size(starts_count=20, calls_count=1000)
QUICK = Size(starts_count=8, calls_count=250)


@dataclass(frozen=True, slots=True)
class Server:
    """A server to measure: its module, the tool that is timed, one to call before that."""

    label: str
    module: str
    tool: str
    arguments: dict[str, Any]
    prepare: str | None = None


OURS = Server(
    "ours", "server", "get_record", {"kind": "run", "id": "latest"}, prepare="health_check"
)
BARE = Server("bare SDK server", "benchmarks.echo_server", "echo", {"text": "hello"})
SERVERS = (BARE, OURS)


@dataclass(frozen=True, slots=True)
class Times:
    """What was measured of one server in one era."""

    initialize_ms: list[float] = field(default_factory=list[float])
    list_ms: list[float] = field(default_factory=list[float])
    call_ms: list[float] = field(default_factory=list[float])


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: every server is started in the same environment."""

    env: dict[str, str]
    size: Size

    def measure(self, era: Era) -> tuple[Times, ...]:
        """The times of SERVERS in one era, starts before calls."""
        measured = tuple(Times() for _ in SERVERS)
        for number in range(self.size.starts_count):
            progress(f"{era}: start {number + 1} of {self.size.starts_count}")
            for server, times in zip(SERVERS, measured, strict=True):
                self._time_start(server, era, times)
        self._time_calls(era, measured)
        progress("")
        return measured

    def prepare(self) -> None:
        """An untimed start of each: bytecode is written, the page cache filled, a run kept."""
        for server in SERVERS:
            progress(f"preparing {server.label}")
            with self._connect(server, "legacy") as connection:
                if server.prepare is not None:
                    connection.call(server.prepare, {})
                connection.call(server.tool, server.arguments)

    def _time_start(self, server: Server, era: Era, times: Times) -> None:
        with self._spawn(server, era) as connection:
            connection.shake_hands()
            times.initialize_ms.append(connection.since_spawn_ms())
            connection.list_tools()
            times.list_ms.append(connection.since_spawn_ms())

    def _time_calls(self, era: Era, measured: Sequence[Times]) -> None:
        with ExitStack() as stack:
            connections = [stack.enter_context(self._connect(server, era)) for server in SERVERS]
            for number in range(BLOCKS_COUNT):
                progress(f"{era}: block of calls {number + 1} of {BLOCKS_COUNT}")
                for server, connection, times in zip(SERVERS, connections, measured, strict=True):
                    self._time_block(server, connection, times)

    def _time_block(self, server: Server, connection: Connection, times: Times) -> None:
        for _ in range(WARM_UP_CALLS_COUNT):
            connection.call(server.tool, server.arguments)
        for _ in range(self.size.calls_count // BLOCKS_COUNT):
            begin = time.perf_counter()
            connection.call(server.tool, server.arguments)
            times.call_ms.append((time.perf_counter() - begin) * 1e3)

    @contextmanager
    def _connect(self, server: Server, era: Era) -> Generator[Connection]:
        with self._spawn(server, era) as connection:
            connection.shake_hands()
            connection.list_tools()
            yield connection

    def _spawn(self, server: Server, era: Era) -> Connection:
        command = (sys.executable, "-m", server.module)
        return Connection(command, cwd=CHECKOUT, env=self.env, era=era)


def own_environment(directory: str) -> dict[str, str]:
    """This environment with the sample workspace and a store in `directory`, and no token."""
    ours = ("NOTION_", "PLAYBOOKS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "PLAYBOOKS_WORKSPACE": "embedded",
        "XDG_DATA_HOME": f"{directory}/data",
        "XDG_CONFIG_HOME": f"{directory}/config",
    }


def ratios(measured: Sequence[Times]) -> dict[str, float]:
    """Ours to the bare one, by the medians."""
    bare, ours = measured
    return {
        "initialize_ratio": round(median(ours.initialize_ms) / median(bare.initialize_ms), 3),
        "list_ratio": round(median(ours.list_ms) / median(bare.list_ms), 3),
        "call_ratio": round(median(ours.call_ms) / median(bare.call_ms), 3),
    }


def table(era: Era, measured: Sequence[Times]) -> str:
    """One line a server and the ratios below."""
    form = "{:<16} {:>13} {:>13} {:>13}".format
    lines = [form(era, "initialize ms", "list ms", "call ms")]
    for server, times in zip(SERVERS, measured, strict=True):
        medians = (median(times.initialize_ms), median(times.list_ms), median(times.call_ms))
        lines.append(form(server.label, *(f"{value:.2f}" for value in medians)))
    lines.append(form("ratio", *(f"{value:.3f}" for value in ratios(measured).values())))
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and give 1 when a server failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under 40 s")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(own_environment(directory), QUICK if options.quick else FULL)
        try:
            bench.prepare()
            measured: dict[Era, Sequence[Times]] = {era: bench.measure(era) for era in ERAS}
        except ServerFailed as failure:
            progress("")
            print(f"failed: {failure}", file=sys.stderr)
            return 1
    _report(measured, as_json=options.json)
    return 0


def _report(measured: Mapping[Era, Sequence[Times]], *, as_json: bool) -> None:
    cpu_count = os.cpu_count()
    print("\n\n".join(table(era, times) for era, times in measured.items()))
    print(f"\nmedians of one run on {cpu_count} CPUs; initialize is server/discover when modern")
    if as_json:
        modern = {f"modern_{key}": value for key, value in ratios(measured["modern"]).items()}
        print(json.dumps({**ratios(measured["legacy"]), **modern, "cpu_count": cpu_count}))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
