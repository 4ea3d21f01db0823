"""The one list of the honest defects; `planting` puts exactly these into the sample."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from server.workspace.sample.names import DatabaseKey

Finder: TypeAlias = Literal[
    "validate_data",
    "velocity_report",
    "security_scan",
    "query_metrics",
    "diagnose_performance",
    "plan_change",
]


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind of defect: `count` rows have it (`bad-week`: one week of one tool)."""

    id: str
    what: str
    found_by: Finder
    database: DatabaseKey
    count: int


DEFECTS: Final[tuple[Defect, ...]] = (
    Defect(
        "completed-before-started",
        "Completed lies before Started",
        "validate_data",
        "task_management",
        3,
    ),
    Defect(
        "completed-in-the-future",
        "Completed lies after today: a wrong year was typed",
        "validate_data",
        "task_management",
        1,
    ),
    Defect(
        "done-without-completed",
        "Done without a completed date",
        "validate_data",
        "task_management",
        6,
    ),
    Defect(
        "done-without-actual-hours",
        "Done without actual hours",
        "validate_data",
        "task_management",
        14,
    ),
    Defect("zero-estimate", "The estimate is 0", "velocity_report", "task_management", 4),
    Defect(
        "huge-estimate",
        "The estimate is 100 times too large",
        "velocity_report",
        "task_management",
        2,
    ),
    Defect(
        "spaced-title",
        "The title begins or ends with spaces",
        "validate_data",
        "task_management",
        5,
    ),
    Defect(
        "duplicate-title",
        "An earlier task has the same title",
        "validate_data",
        "task_management",
        4,
    ),
    Defect("missing-title", "The title is empty", "validate_data", "task_management", 2),
    Defect(
        "unmapped-status",
        "The status is one that no common mapping knows",
        "validate_data",
        "task_management",
        3,
    ),
    Defect(
        "in-progress-without-assignee",
        "In progress, but nobody's task",
        "validate_data",
        "task_management",
        2,
    ),
    Defect(
        "stale-in-progress",
        "In progress and untouched for more than three months",
        "validate_data",
        "task_management",
        3,
    ),
    Defect(
        "clock-time-completed",
        "Completed has a clock time where the others have a day",
        "validate_data",
        "task_management",
        9,
    ),
    Defect(
        "many-relations",
        "More related tasks than a page shows at once (25)",
        "diagnose_performance",
        "task_management",
        1,
    ),
    Defect(
        "hostile-title",
        "The title tries to instruct a model",
        "security_scan",
        "task_management",
        1,
    ),
    Defect(
        "invisible-characters",
        "The title hides zero-width and direction-changing characters",
        "security_scan",
        "task_management",
        1,
    ),
    Defect(
        "pasted-key-in-task",
        "The page's body holds a token-shaped key",
        "security_scan",
        "task_management",
        1,
    ),
    Defect(
        "pasted-key-in-log",
        "The entry's text holds a token-shaped key",
        "security_scan",
        "development_log",
        1,
    ),
    Defect("undated-log-entry", "The entry has no date", "validate_data", "development_log", 7),
    Defect(
        "orphan-log-entry",
        "The entry's task lies in the trash",
        "validate_data",
        "development_log",
        5,
    ),
    Defect(
        "old-log-entries", "The entry is older than 30 days", "plan_change", "development_log", 500
    ),
    Defect(
        "bad-week",
        "One tool fails in most calls of one week",
        "query_metrics",
        "ai_tool_metrics",
        1,
    ),
    Defect(
        "negative-response-time",
        "The response time is negative",
        "validate_data",
        "ai_tool_metrics",
        3,
    ),
    Defect(
        "absurd-response-time",
        "The response time is above ten minutes",
        "validate_data",
        "ai_tool_metrics",
        3,
    ),
    Defect("metric-without-tool", "The tool is missing", "validate_data", "ai_tool_metrics", 2),
    Defect("old-metrics", "The row is older than 30 days", "plan_change", "ai_tool_metrics", 730),
)


def planted_count(defect_id: str) -> int:
    """How many rows have the defect of that id."""
    return next(defect.count for defect in DEFECTS if defect.id == defect_id)
