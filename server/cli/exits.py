"""The exit statuses of the commands."""

from typing import Final

from playbooks.report import Status

EXIT: Final[dict[Status, int]] = {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}

FAILED: Final = 1
"""A command that makes no report could not do what was asked."""

USAGE: Final = 64
"""A command was asked wrongly (EX_USAGE)."""

BUG: Final = 70
"""Something failed in a way nobody foresaw (EX_SOFTWARE)."""

INTERRUPTED: Final = 130
"""Ended by Ctrl-C."""

PIPE_CLOSED: Final = 141
"""Whoever read our output went away, as `head` does."""


def exit_status(status: Status, *, fail_on: str = "warning") -> int:
    """0 ok, 1 warning, 2 critical, 3 unknown; a warning is 0 when only critical fails."""
    return 0 if status == "warning" and fail_on == "critical" else EXIT[status]
