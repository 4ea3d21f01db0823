"""Real data through the whole path, and what comes out beside what was published.

Each data set becomes a CSV file, is imported into an embedded workspace through the API, copied by
the mirror, and reported on by velocity_report, all in one process without a socket. The data are
not in the repository: a set that is absent is skipped with its reason. Exit status 1 says that a
published figure was missed beyond its rounding. Run it from a checkout with
`.venv/bin/python -m benchmarks.reproduce sip|metr|sevendigital|tawos [--data DIR] [--json]`.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import datasets
from benchmarks.stack import open_stack
from playbooks.days import WorkDays
from playbooks.intervals import wilson
from playbooks.report import Report
from playbooks.velocity_report import velocity_report
from playbooks.work import Work

DATA: Final = Path(__file__).resolve().parents[2] / "shared/data"
HORIZON_DAYS: Final = 14
LEVEL_PERCENT: Final = 85
Measures: TypeAlias = Mapping[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: ours, what is published, and whether ours agrees."""

    name: str
    ours: float | str | None
    published: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What came of one data set: its lines, and the measurements for machines."""

    lines: Sequence[Line]
    measurements: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Backtest:
    """Past horizons, and how many had their forecast met: recalibrated, and as it stood."""

    count: int
    met_count: int
    plain_met_count: int

    @classmethod
    def of(cls, measured: Measures) -> "Backtest":
        """That of one report, which gives the shares."""
        count = _number(measured, "backtest_count")
        shares = (_number(measured, f"coverage85_{kind}percent") for kind in ("", "plain_"))
        met_count, plain_met_count = (round(count * share / 100) for share in shares)
        return cls(int(count), met_count, plain_met_count)

    @classmethod
    def together(cls, tests: Sequence["Backtest"]) -> "Backtest":
        """All of them as one."""
        return cls(
            sum(test.count for test in tests),
            sum(test.met_count for test in tests),
            sum(test.plain_met_count for test in tests),
        )

    def measures(self) -> Measures:
        """By the names of a report."""
        return {
            "backtest_count": self.count,
            "coverage85_percent": round(100 * self.met_count / self.count, 4),
            "coverage85_plain_percent": round(100 * self.plain_met_count / self.count, 4),
        }


def _number(measured: Measures, name: str) -> float:
    value = measured[name]
    assert isinstance(value, int | float), f"the report does not tell {name}"
    return value


Published: TypeAlias = Mapping[str, str]
"""Figures as printed, by measurement: the digits behind the point say how they are rounded."""

SIP: Final[Published] = {
    "estimation_pairs_count": "8252",
    "under_estimated_percent": "29.75",
    "exact_percent": "37.28",
    "over_estimated_percent": "32.97",
    "mmre": "0.9388",
    "mdmre": "0.2101",
    "pred25_percent": "52.78",
    "bias_factor": "0.9451",
    "estimation_accuracy_percent": "73.0",
    "estimation_accuracy_literal_percent": "66.4",
}
METR: Final[Published] = {
    "ai_tasks_count": "136",
    "unassisted_tasks_count": "110",
    "adjusted_ratio": "1.188",
    "adjusted_ratio_low": "1.016",
    "adjusted_ratio_high": "1.390",
    "within_assignees_ratio": "1.1493",
    "shift_ratio": "1.1885",
    "cliffs_delta": "0.1545",
}
SEVENDIGITAL: Final[Published] = {
    "completed_count": "3238",
    "tasks_per_day": "2.7233",
    "cycle_p50_days": "3",
    "cycle_p70_days": "5",
    "cycle_p85_days": "10",
    "cycle_p95_days": "20",
    "lead_p50_days": "4",
    "lead_p70_days": "7",
    "lead_p85_days": "14",
    "lead_p95_days": "31",
}


@dataclass(frozen=True, slots=True)
class Project:
    """One project of TAWOS: published completions a day, and the day on which it is forecast."""

    file: str
    per_day: str
    asked_on: date | None = None
    """None: the day after the last. Titanium fades out: at its end nothing can be forecast."""


QUICK_PROJECTS: Final = (
    Project("MongoDB_Compass_", "1.5536"),
    Project("Titanium_Mobile_Platform", "0.8066", asked_on=date(2019, 11, 30)),
)
PROJECTS: Final = (
    *QUICK_PROJECTS,
    Project("Hyperledger_Fabric", "8.3552"),
    Project("Moodle", "8.4236"),
)


async def sip(data: Path, directory: Path) -> Reproduced:
    """Estimates of one company: how far off they were."""
    async with open_stack(directory, _noon(date(2015, 1, 1))) as stack:
        loaded = await stack.load(datasets.sip(data))
        work = Work(excluded_statuses=("Cancelled", "TEMPLATE", "CHRONICLE"))
        desk = stack.desk_for(loaded.data_source_id, work)
        report = await velocity_report(desk, since=date(2004, 1, 1))
    return _compared(report, SIP)


async def metr(data: Path, directory: Path) -> Reproduced:
    """AI allowed or forbidden by coin: how much longer tasks took."""
    async with open_stack(directory, _noon(date(2025, 7, 10))) as stack:
        loaded = await stack.load(datasets.metr(data, directory))
        report = await velocity_report(stack.desk_for(loaded.data_source_id, Work()), compare="ai")
    return _compared(report, METR)


async def sevendigital(data: Path, directory: Path) -> Reproduced:
    """Features of a web team: how long they took, in its working days."""
    first, last = date(2009, 4, 30), date(2012, 7, 31)
    async with open_stack(directory, _noon(last)) as stack:
        loaded = await stack.load(datasets.sevendigital(data, directory))
        work = Work(days=WorkDays(zone="Europe/London", holidays=datasets.holidays(data)))
        report = await velocity_report(stack.desk_for(loaded.data_source_id, work), since=first)
    return _compared(report, SEVENDIGITAL)


async def tawos(data: Path, directory: Path, projects: Sequence[Project]) -> Reproduced:
    """Open-source projects: how often recalibrated forecasts of their past were met."""
    lines: list[Line] = []
    by_project: dict[str, Measures] = {}
    tests: list[Backtest] = []
    for project in projects:
        (own := directory / project.file).mkdir()
        forecast, per_day = await _forecast(data, own, project)
        tests.append(Backtest.of(forecast))
        lines.append(_rounded_line(f"{project.file} tasks_per_day", per_day, project.per_day))
        lines.append(_coverage_line(f"{project.file} coverage85_percent", tests[-1]))
        by_project[project.file] = {"tasks_per_day": per_day, **tests[-1].measures()}
    together = Backtest.together(tests)
    lines.append(_coverage_line("coverage85_percent", together))
    return Reproduced(lines, {**together.measures(), "by_project": by_project})


async def _forecast(
    data: Path, directory: Path, project: Project
) -> tuple[Measures, float | str | None]:
    """The measurements of a forecast, and completions a day over the whole history."""
    file, days = datasets.tawos(data, directory, project.file)
    ended = days[-1] + timedelta(days=1)
    asked_on = project.asked_on or ended
    async with open_stack(directory, _noon(asked_on)) as stack:
        loaded = await stack.load(file)
        every_day = Work(days=WorkDays(weekdays=(0, 1, 2, 3, 4, 5, 6)))
        desk = stack.desk_for(loaded.data_source_id, every_day)
        by = asked_on + timedelta(days=HORIZON_DAYS)
        forecast = await velocity_report(desk, forecast_by=by)
        stack.watch.now = _noon(ended)
        history = await velocity_report(desk, since=days[0], until=days[-1])
    return _measured(forecast), _measured(history)["tasks_per_day"]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _compared(report: Report, published: Published) -> Reproduced:
    measured = _measured(report)
    lines = [_rounded_line(name, measured.get(name), text) for name, text in published.items()]
    return Reproduced(lines, measured)


def _measured(report: Report) -> Measures:
    """The measurements of a report that saw every row: less would be another data set."""
    assert report.coverage.complete
    return report.measurements


def _rounded_line(name: str, ours: float | str | None, published: str) -> Line:
    """Ours agrees where it rounds to what is printed."""
    digits = len(published.partition(".")[2])
    agrees = isinstance(ours, int | float) and abs(ours - float(published)) <= 0.501 * 10**-digits
    return Line(name, ours, published, agrees)


def _coverage_line(name: str, test: Backtest) -> Line:
    """Agrees where the promised level lies within the binomial interval of what was achieved."""
    interval = wilson(test.met_count, test.count)
    if interval is None:
        return Line(name, None, f"{LEVEL_PERCENT}", agrees=False)
    between = f"{100 * interval.low:.1f} to {100 * interval.high:.1f} of {test.count} horizons"
    agrees = interval.holds(LEVEL_PERCENT / 100)
    ours = test.measures()["coverage85_percent"]
    return Line(name, ours, f"{LEVEL_PERCENT} within {between}", agrees)


Run: TypeAlias = Callable[[Path, Path], Coroutine[Any, Any, Reproduced]]
"""From the folder of the data, with a directory for its own files."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """How a data set is taken through, and which files it needs."""

    run: Run
    files: Sequence[str]


def data_set(name: str, *, quick: bool = False) -> DataSet:
    """The data set of that name; `quick` takes TAWOS's two small projects alone."""
    match name:
        case "sip":
            return DataSet(sip, datasets.SIP_FILES)
        case "metr":
            return DataSet(metr, (datasets.METR_FILE,))
        case "sevendigital":
            return DataSet(sevendigital, (datasets.SEVEN_FILE, datasets.HOLIDAYS_FILE))
        case _:
            projects = QUICK_PROJECTS if quick else PROJECTS
            files = [datasets.tawos_file(project.file) for project in projects]
            return DataSet(lambda data, directory: tawos(data, directory, projects), files)


NAMES: Final = ("sip", "metr", "sevendigital", "tawos")


def missing(chosen: DataSet, data: Path) -> str | None:
    """Why it cannot be taken through, if so."""
    absent = [name for name in chosen.files if not (data / name).is_file()]
    return f"{', '.join(absent)} not in {data}" if absent else None


def table(reproduced: Reproduced) -> str:
    """One line a figure: ours, the published one, and whether they agree."""
    form = "{:<46}{:>10}  {:<40}{}".format
    lines = [form("measurement", "ours", "published", "").rstrip()]
    for line in reproduced.lines:
        verdict = "" if line.agrees else "MISSED"
        lines.append(form(line.name, f"{line.ours}", line.published, verdict).rstrip())
    return "\n".join(lines)


def summary(reproduced: Reproduced) -> dict[str, Any]:
    """The measurements, and what was missed."""
    missed = [line.name for line in reproduced.lines if not line.agrees]
    return {**reproduced.measurements, "missed": missed, "cpu_count": os.cpu_count()}


def main(argv: Sequence[str] | None = None) -> int:
    """Take one data set through, print, and say whether every figure agrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the data sets")
    parser.add_argument("--quick", action="store_true", help="TAWOS's two small projects alone")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    options = parser.parse_args(argv)
    chosen = data_set(options.name, quick=options.quick)
    reason = missing(chosen, options.data)
    if reason is not None:
        print(f"skipped: {reason}")
        if options.json:
            print(json.dumps({"skipped": reason}))
        return 0
    with tempfile.TemporaryDirectory() as directory:
        reproduced = asyncio.run(chosen.run(options.data, Path(directory)))
    print(table(reproduced))
    if options.json:
        print(json.dumps(summary(reproduced)))
    return 0 if all(line.agrees for line in reproduced.lines) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
