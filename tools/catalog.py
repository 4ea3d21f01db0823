"""Every tool, in the order in which it is listed."""

from typing import Final

from tools import get_record, health_check
from tools.declaration import StrictTool

MODULES: Final = (health_check, get_record)


def tools() -> list[StrictTool]:
    """The tools of a server, declared anew for each."""
    return [module.tool() for module in MODULES]
