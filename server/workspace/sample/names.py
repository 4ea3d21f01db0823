"""What the sample is called in Notion: titles, property names and options."""

from typing import Final, Literal, TypeAlias

ROOT_TITLE: Final = "Team workspace"
PRIVATE_TITLE: Final = "Private notes"
INTEGRATION_NAME: Final = "Playbooks (sample)"

DatabaseKey: TypeAlias = Literal["task_management", "development_log", "ai_tool_metrics"]

TITLES: Final[dict[DatabaseKey, str]] = {
    "task_management": "Tasks",
    "development_log": "Development log",
    "ai_tool_metrics": "AI tool metrics",
}

NAME: Final = "Name"
TASK: Final = "Task"
TOOL: Final = "Tool"
DATE: Final = "Date"

STATUS: Final = "Status"
ESTIMATED_HOURS: Final = "Estimated hours"
ACTUAL_HOURS: Final = "Actual hours"
STORY_POINTS: Final = "Story points"
ASSIGNEE: Final = "Assignee"
AI_TOOL: Final = "AI tool"
PRIORITY: Final = "Priority"
PROJECT: Final = "Project"
STARTED: Final = "Started"
COMPLETED: Final = "Completed"
RELATED_TASKS: Final = "Related tasks"

KIND: Final = "Kind"

RESPONSE_TIME_MS: Final = "Response time (ms)"
SUCCESS: Final = "Success"
TOKENS: Final = "Tokens"
COST_USD: Final = "Cost (USD)"
CALLS: Final = "Calls"

Status: TypeAlias = Literal[
    "Not started", "In progress", "In review", "Blocked", "Done", "Cancelled", "Parked"
]
UNMAPPED_STATUS: Final[Status] = "Parked"
"""In use, yet no common mapping knows it: one of the planted defects."""

STATUS_COLORS: Final[dict[Status, str]] = {
    "Not started": "default",
    "In progress": "blue",
    "In review": "purple",
    "Blocked": "red",
    "Done": "green",
    "Cancelled": "gray",
    "Parked": "brown",
}

Tool: TypeAlias = Literal["cursor", "continue", "mcp_server"]
TOOLS: Final[tuple[Tool, ...]] = ("cursor", "continue", "mcp_server")

Priority: TypeAlias = Literal["Urgent", "High", "Medium", "Low"]
PRIORITIES: Final[tuple[Priority, ...]] = ("Urgent", "High", "Medium", "Low")

Kind: TypeAlias = Literal[
    "commit", "review", "deploy", "incident", "decision", "meeting", "reopened"
]
KINDS: Final[tuple[Kind, ...]] = (
    "commit",
    "review",
    "deploy",
    "incident",
    "decision",
    "meeting",
    "reopened",
)
