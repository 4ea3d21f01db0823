"""What is remembered of rows: known failures, and what reports need of rows that are gone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person knows that a row breaks a rule, until `until`; `row_id` "" means every row."""

    rule: str
    row_id: str
    reason: str
    by: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RolledRow:
    """What reports need of one row: plain values by role, never titles or texts."""

    row_id: str
    day: date
    values: dict[str, Any]
