"""What may be asked of the procedures: choices, limits and defaults.

Apart from them, so that the tools are declared at start-up without importing any procedure.
"""

from datetime import timedelta
from typing import Final, Literal, TypeAlias

LATEST: Final = "latest"
"""Instead of the id of a run: the newest."""

RecordKind: TypeAlias = Literal["run", "backup"]

BackupMode: TypeAlias = Literal["auto", "full", "incremental"]
LONGEST_BACKUP_MINUTES: Final = 240

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

OLDEST_DAYS: Final = 3_650
"""What is older than ten years is older than any log of ours."""

MOST_EXAMPLES: Final = 20
"""Examples of each rule that is broken; more is a list nobody reads."""

PlanKind: TypeAlias = Literal["optimize", "repair", "clean_up", "restore", "baseline", "undo"]
"""What can be planned."""

RestoreScope: TypeAlias = Literal["everything", "database", "rows", "properties"]
"""What of a snapshot is brought back."""

ErrorClass: TypeAlias = Literal[
    "network", "rate_limit", "authentication", "configuration", "service"
]
"""Why a call failed, as far as it was told: P9's causes derive from it before any guess."""

LONGEST_RESPONSE_MS: Final = 600_000.0
"""A call that took longer than ten minutes, or no time at all, was measured wrongly."""

MOST_CALLS: Final = 10**6
MOST_TOKENS: Final = 10**12
MOST_COST: Final = 10**9
"""What one record of usage may tell; sums of them still fit into the store."""
