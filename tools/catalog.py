"""Every tool, in the order in which it is listed."""

from typing import Final

from tools import (
    apply_plan,
    diagnose_performance,
    get_record,
    health_check,
    periodic_report,
    plan_change,
    query_metrics,
    record_usage,
    save_report,
    velocity_report,
)
from tools.declaration import StrictTool

MODULES: Final = (
    health_check,
    diagnose_performance,
    velocity_report,
    query_metrics,
    periodic_report,
    get_record,
    plan_change,
    apply_plan,
    record_usage,
    save_report,
)

CHANGING: Final = (apply_plan, save_report)
"""What a server that only reads does not have."""


def tools(*, read_only: bool = False) -> list[StrictTool]:
    """The tools of a server, declared anew for each."""
    return [module.tool() for module in MODULES if not (read_only and module in CHANGING)]
