"""What may be asked of the procedures: choices, limits and defaults.

Apart from them, so that the tools are declared at start-up without importing any procedure.
"""

from datetime import timedelta
from typing import Final, Literal, TypeAlias

LATEST: Final = "latest"
"""Instead of the id of a run: the newest."""

RecordKind: TypeAlias = Literal["run"]

FEWEST_SAMPLES: Final = 5
MOST_SAMPLES: Final = 20
LONGEST_WINDOW_HOURS: Final = 168

PeriodKind: TypeAlias = Literal["daily", "weekly", "monthly"]

MetricGroup: TypeAlias = Literal["tool", "day", "week", "none"]

USUAL_METRIC_DAYS: Final = 30
MOST_METRIC_DAYS: Final = 400
KEPT_FOR: Final = timedelta(days=MOST_METRIC_DAYS)
"""Of usage, runs, plans and what changed in Notion: a review may compare with the same month of
the year before."""

GroupBy: TypeAlias = Literal["assignee", "project", "ai_tool", "size"]
Compare: TypeAlias = Literal["previous_period", "ai"]
Pictured: TypeAlias = Literal["throughput", "cycle_times", "forecast"]

USUAL_VELOCITY_DAYS: Final = 90
MOST_VELOCITY_DAYS: Final = 7_500
"""A little more than twenty years."""
