"""The words of the sample: templates and subjects that combine to several hundred titles."""

from typing import Final

SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "Customer portal": (
        "order history",
        "password reset",
        "address book",
        "invoice download",
        "support form",
        "notification settings",
        "search page",
        "onboarding wizard",
        "session handling",
        "file upload",
        "account deletion",
        "start page",
    ),
    "Billing service": (
        "invoice run",
        "credit notes",
        "tax calculation",
        "payment reminders",
        "ledger export",
        "refund flow",
        "currency conversion",
        "subscription renewal",
        "price list import",
        "bank file parser",
        "discount rules",
        "usage metering",
    ),
    "Mobile app": (
        "push notifications",
        "offline sync",
        "barcode scanner",
        "login screen",
        "photo upload",
        "deep links",
        "crash reporting",
        "settings screen",
        "route map",
        "biometric unlock",
        "background refresh",
        "release channel",
    ),
    "Data platform": (
        "nightly import",
        "customer deduplication",
        "report builder",
        "event schema",
        "backfill job",
        "data quality checks",
        "warehouse loader",
        "usage dashboard",
        "retention job",
        "column lineage",
        "access log",
        "sales forecast",
    ),
    "Internal tools": (
        "release script",
        "test environment",
        "feature flags",
        "log search",
        "on-call rota",
        "key rotation",
        "review checklist",
        "build cache",
        "dependency updates",
        "staging database",
        "status page",
        "service templates",
    ),
}

PROJECTS: Final = tuple(SUBJECTS)

TASK_TEMPLATES: Final[dict[str, float]] = {
    "Fix timeout in {}": 3,
    "Fix wrong time zone in {}": 2,
    "Fix flaky test around {}": 2,
    "Fix stale values in {}": 3,
    "Handle empty input in {}": 1.5,
    "Handle network loss in {}": 2.5,
    "Validate input of {}": 3,
    "Retry failed calls in {}": 3.5,
    "Add progress messages to {}": 4,
    "Add audit entries to {}": 4,
    "Add metrics to {}": 3,
    "Add dry run to {}": 5,
    "Extend settings of {}": 6,
    "Write tests for {}": 4,
    "Write user guide for {}": 3,
    "Document {}": 2,
    "Speed up {}": 6,
    "Split {} into smaller modules": 8,
    "Move {} to the new base library": 12,
    "Remove the old code path of {}": 4,
    "Make {} configurable": 6,
    "Review permissions of {}": 2,
    "Redesign {}": 16,
    "Investigate memory use of {}": 4,
}
"""Each with the median of its hours."""

REASONS: Final = (
    "Support had three questions about this last week.",
    "Found while reviewing the previous change.",
    "Needed before the next release.",
    "The error budget of this part is nearly used up.",
    "Agreed in the last planning; see the log for the discussion.",
    "Follow-up of the incident review.",
)

CRITERIA: Final = (
    "Existing tests stay green",
    "The change can be switched off",
    "Error messages name the next step",
    "Works with ten thousand rows",
    "The runbook is up to date",
    "No new warning in the log",
    "Behaves the same on small screens",
)

COMMITS: Final = (
    "First version: {}",
    "{}: tests",
    "{}: clean up after review",
    "{}: handle the error path",
    "{}: rename for clarity",
)

REVIEWS: Final = (
    "Review of {}: approved",
    "Review of {}: small changes asked",
    "Review of {}: approved with a remark",
    "Review of {}: test for the edge case asked",
)

REVIEW_NOTES: Final = (
    "Reads well. One name is misleading and should say the unit.",
    "The assistant's first draft ignored the empty case; a test now covers it.",
    "Good split. The second function can be private.",
    "Please keep the old endpoint for one more release.",
    "Generated code repeated an existing helper; replaced by a call.",
)

DECISIONS: Final = (
    "Keep one queue for {}",
    "Cache {} for five minutes",
    "Postpone the rewrite of {}",
    "Move {} behind a feature flag",
    "Store times of {} in UTC",
    "No assistant writes migrations of {} unreviewed",
)

DECISION_NOTES: Final = (
    "Cheaper to run and easy to take back.",
    "We look at the numbers again in a month.",
    "Two of us were against it; the risk is written down in the task.",
    "Measured on staging before deciding.",
)

INCIDENTS: Final = (
    "{} slow for 20 minutes",
    "{} returned errors after the deploy",
    "{} stopped during the night",
    "{} showed old data",
)

INCIDENT_NOTES: Final = (
    "Noticed by the alert on response time.",
    "Rolled back, then fixed forward the next morning.",
    "Cause: a connection pool that was never closed.",
    "No data was lost.",
    "Action: add a check to the release script.",
)

MEETING_NOTES: Final = (
    "Everybody present. Blocked tasks first, then the plan for the week.",
    "Estimates were again a little low; we keep counting both numbers.",
    "The assistants help most with tests and least with migrations.",
    "Fewer tasks at once: nobody starts a third.",
)

PROMPTS: Final = (
    "Explain failing test",
    "Complete function",
    "Write unit tests",
    "Refactor module",
    "Draft migration",
    "Summarise diff",
    "Find call sites",
    "Write docstrings",
)

LOOKUPS: Final = (
    "Search tasks",
    "Read task",
    "List log entries",
    "Read schema",
    "Append log entry",
)
