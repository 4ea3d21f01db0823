"""Rows of `ai_tool_metrics`, and records of our own, as samples of calls of AI tools."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Literal

from playbooks.arguments import LONGEST_RESPONSE_MS, ErrorClass
from playbooks.databases import normal
from playbooks.days import WorkDays
from playbooks.rows import Plain, Row, Span
from playbooks.usage import UsageRecord, error_class_named, tool_key

Flaw = Literal[
    "no tool",
    "no date",
    "impossible response time",
    "impossible success",
    "impossible tokens",
    "impossible cost",
    "impossible count",
]
"""What is wrong with a row; it is left out of the figure concerned alone."""

ROLES: Final = ("tool", "date", "response_time_ms", "success", "tokens", "cost", "count")
"""What is read of a row."""

_SUCCEEDED: Final = frozenset(
    {"success", "succeeded", "successful", "ok", "yes", "true", "passed", "pass", "done", "good"}
)
_FAILED: Final = frozenset(
    {"failure", "failed", "fail", "error", "no", "false", "not ok", "aborted", "bad"}
)
_WHOLE_PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What one row or record tells of `calls_count` calls of a tool; None where it does not tell.

    `response_time_ms` is their mean, `success` the share of them that succeeded (0 to 1).
    `is_averaged`: one value stands for several calls. `one_ending`: one ending was given to all.
    """

    tool: str
    day: date
    at: datetime | None
    calls_count: float
    response_time_ms: float | None = None
    success: float | None = None
    one_ending: bool = True
    tokens: float | None = None
    cost: float | None = None
    error_class: ErrorClass | None = None

    @property
    def moment(self) -> date:
        """When: the instant where it is known, else the day."""
        return self.at or self.day

    @property
    def is_averaged(self) -> bool:
        """Whether its one response time stands for several calls."""
        return self.calls_count > 1


def sample_of_record(record: UsageRecord) -> Sample:
    """A record of our own as a sample."""
    return Sample(
        tool=record.tool,
        day=record.day,
        at=record.at,
        calls_count=record.calls_count,
        response_time_ms=record.response_time_ms,
        success=None if record.success is None else float(record.success),
        tokens=record.tokens,
        cost=record.cost,
        error_class=record.error_class,
    )


@dataclass(slots=True)
class RowReader:
    """Reads rows one after the other; `names` are the properties by role.

    Rows of moments that are not `wanted` are passed over, their flaws with them. Once all are
    read, `samples()` gives them: only then is it known whether numbers of success are percents
    or shares.
    """

    names: Mapping[str, str]
    days: WorkDays
    wanted: Callable[[date], bool]
    flaws: dict[Flaw, list[Row]] = field(default_factory=lambda: defaultdict(list))
    _read: list[Sample] = field(default_factory=list[Sample])
    is_in_percent: bool = False

    def read(self, row: Row) -> None:
        """Take a row; never fails on its content."""
        tool, moment = self._tool(row), self._moment(row)
        number = _number(self._plain(row, "success"))
        self.is_in_percent |= number is not None and 1 < number <= _WHOLE_PERCENT
        if tool is None or moment is None:
            if moment is None or self.wanted(moment):
                self.flaws["no tool" if tool is None else "no date"].append(_bare(row))
            return
        if not self.wanted(moment):
            return
        share, error_class = self._success(row)
        sample = Sample(
            tool=tool,
            day=self.days.local_day(moment),
            at=moment if isinstance(moment, datetime) else None,
            calls_count=self._amount(row, "count", "impossible count") or 1,
            response_time_ms=self._response_time_ms(row),
            success=share,
            one_ending=not self._is_number(row),
            tokens=self._amount(row, "tokens", "impossible tokens"),
            cost=self._amount(row, "cost", "impossible cost"),
            error_class=error_class,
        )
        self._read.append(sample)

    def samples(self) -> list[Sample]:
        """Every row that has a tool and a date."""
        if not self.is_in_percent:
            return self._read
        return [_as_share(sample) for sample in self._read]

    def _plain(self, row: Row, role: str) -> Plain:
        name = self.names.get(role)
        return None if name is None else row.plain(name)

    def _tool(self, row: Row) -> str | None:
        name = self._plain(row, "tool")
        return (tool_key(name) or None) if isinstance(name, str) else None

    def _moment(self, row: Row) -> date | None:
        match self._plain(row, "date"):
            case Span(start=start):
                return start
            case datetime() as moment:
                return moment
            case _:
                return None

    def _response_time_ms(self, row: Row) -> float | None:
        value = self._plain(row, "response_time_ms")
        number = _number(value)
        if number is not None and 0 < number <= LONGEST_RESPONSE_MS:
            return number
        if value is not None:
            self.flaws["impossible response time"].append(_bare(row))
        return None

    def _amount(self, row: Row, role: str, flaw: Flaw) -> float | None:
        value = self._plain(row, role)
        number = _number(value)
        if number is not None and number >= 0:
            return number
        if value is not None:
            self.flaws[flaw].append(_bare(row))
        return None

    def _is_number(self, row: Row) -> bool:
        return _number(self._plain(row, "success")) is not None

    def _success(self, row: Row) -> tuple[float | None, ErrorClass | None]:
        match self._plain(row, "success"):
            case None:
                return None, None
            case bool(ticked):
                return float(ticked), None
            case str(word):
                share = share_named(word)
                if share is not None:
                    return share, error_class_named(word) if share == 0 else None
            case int() | float() as number if 0 <= number <= _WHOLE_PERCENT:
                return number, None
            case _:
                pass
        self.flaws["impossible success"].append(_bare(row))
        return None, None


def share_named(word: str) -> float | None:
    """1 for a word that says success, 0 for one that says failure; None for any other."""
    said = normal(word)
    if said in _SUCCEEDED:
        return 1.0
    return 0.0 if said in _FAILED or error_class_named(word) is not None else None


def flawed(flaws: Mapping[Flaw, Sequence[Row]]) -> Iterable[tuple[Flaw, Sequence[Row]]]:
    """The flaws that there are, in a fixed order."""
    return sorted(flaws.items())


def _as_share(sample: Sample) -> Sample:
    if sample.success is None or sample.one_ending:
        return sample
    return replace(sample, success=sample.success / _WHOLE_PERCENT)


def _number(value: Plain) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _bare(row: Row) -> Row:
    """The row without its values: many of them may be remembered."""
    return replace(row, values={})
