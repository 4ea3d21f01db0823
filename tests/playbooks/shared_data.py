"""The real data beside the checkout, read in place; a test skips where they are absent."""

import csv
import lzma
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared/data"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def file_of(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the shared data are not beside the checkout: {path}")
    return path


@dataclass(frozen=True)
class Feature:
    prioritised: date
    started: date
    done: date


def seven_digital() -> list[Feature]:
    path = file_of("sevendigital/7digital2012.csv.xz")
    with lzma.open(path, "rt", encoding="ascii", newline="") as lines:
        return [
            Feature(*(_british(row[name]) for name in ("Prioritised", "Dev.Started", "Done")))
            for row in csv.DictReader(lines)
        ]


def english_holidays() -> set[date]:
    path = file_of("sevendigital/england-wales-hols.csv.xz")
    with lzma.open(path, "rt", encoding="ascii", newline="") as lines:
        named = [text for row in csv.DictReader(lines) for text in row.values() if text]
    split = (text.split() for text in named)
    return {date(int(year), MONTHS.index(month) + 1, int(day)) for day, month, year in split}


def _british(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


@dataclass(frozen=True)
class SipTask:
    number: str
    status: str
    estimate: float
    actual: float
    developer: str


def sip_fit_tasks() -> list[SipTask]:
    """The first line of each task that is neither cancelled, nor a template, nor a chronicle."""
    with file_of("sip/Sip-task-info.csv").open(encoding="windows-1252", newline="") as lines:
        first: dict[str, SipTask] = {}
        for row in csv.DictReader(lines):
            number = row["TaskNumber"]
            hours = float(row["HoursEstimate"]), float(row["HoursActual"])
            task = SipTask(number, row["StatusCode"], *hours, row["DeveloperID"])
            first.setdefault(number, task)
    left_out = {"CANCELLED", "TEMPLATE", "CHRONICLE"}
    return [task for task in first.values() if task.status not in left_out]


@dataclass(frozen=True)
class SipDates:
    estimated: date
    started: date | None
    completed: date | None


def sip_dates() -> list[SipDates]:
    with file_of("sip/est-act-dates.csv").open(encoding="ascii", newline="") as lines:
        rows = {row["TaskNumber"]: row for row in csv.DictReader(lines)}
    return [_sip_dates(row) for row in rows.values()]


def _sip_dates(row: dict[str, str]) -> SipDates:
    estimated = _english(row["EstimateOn"])
    assert estimated is not None
    return SipDates(estimated, _english(row["StartedOn"]), _english(row["CompletedOn"]))


def _english(text: str) -> date | None:
    if not text:
        return None
    day, month, year = text.split("-")
    return date(2000 + int(year), MONTHS.index(month) + 1, int(day))


@dataclass(frozen=True)
class MetrTask:
    developer: str
    ai: bool
    estimate: float
    actual: float


def metr() -> list[MetrTask]:
    """Minutes, review included; a missing review takes as long as the mean of its arm."""
    with file_of("metr/data_complete.csv").open(encoding="ascii", newline="") as lines:
        rows = list(csv.DictReader(lines))
    means = {arm: _mean_review_of(rows, arm) for arm in ("0.0", "1.0")}
    return [
        MetrTask(
            developer=row["dev_id"],
            ai=row["ai_treatment"] == "1.0",
            estimate=float(row["predicted_time_no_ai"]),
            actual=float(row["initial_implementation_time"])
            + float(row["post_review_implementation_time"] or means[row["ai_treatment"]]),
        )
        for row in rows
    ]


def _mean_review_of(rows: list[dict[str, str]], arm: str) -> float:
    texts = [row["post_review_implementation_time"] for row in rows if row["ai_treatment"] == arm]
    known = [float(text) for text in texts if text]
    return sum(known) / len(known)


TAWOS_PROJECTS = (
    "Hyperledger_Fabric",
    "MongoDB_Compass_",
    "Moodle",
    "Titanium_Mobile_Platform",
)


def tawos(project: str) -> list[date]:
    lines = file_of(f"tawos/{project}.csv").read_text(encoding="ascii").splitlines()
    return [datetime.strptime(line, "%Y-%m-%d").date() for line in lines]  # noqa: DTZ007 - a day
