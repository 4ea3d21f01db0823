"""Every tool, in the order in which it is listed."""

from typing import Final

from playbooks.read_only import without_mention
from tools import (
    apply_plan,
    create_backup,
    diagnose_performance,
    get_record,
    health_check,
    periodic_report,
    plan_change,
    query_metrics,
    record_usage,
    save_report,
    security_scan,
    validate_data,
    velocity_report,
)
from tools.declaration import StrictTool

MODULES: Final = (
    health_check,
    diagnose_performance,
    validate_data,
    security_scan,
    velocity_report,
    query_metrics,
    periodic_report,
    get_record,
    plan_change,
    apply_plan,
    record_usage,
    save_report,
    create_backup,
)

CHANGING: Final = (plan_change, apply_plan, save_report)
"""What a server that only reads does not have."""

ABSENT: Final = frozenset(module.__name__.rpartition(".")[2] for module in CHANGING)
"""Their names, which such a server does not mention either."""


def tools(*, read_only: bool = False) -> list[StrictTool]:
    """The tools of a server, declared anew for each."""
    if not read_only:
        return [module.tool() for module in MODULES]
    return [_reading(module.tool()) for module in MODULES if module not in CHANGING]


def _reading(tool: StrictTool) -> StrictTool:
    described = without_mention(tool.description, ABSENT)
    return tool.model_copy(update={"absent": ABSENT, "description": described})
