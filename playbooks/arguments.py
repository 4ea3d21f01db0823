"""What may be asked of the procedures: choices, limits and defaults.

Apart from them, so that the tools are declared at start-up without importing any procedure.
"""

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
"""Nothing is kept longer."""

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
