"""The environment and `.env`."""

import os
from typing import Final

from dotenv import dotenv_values

DOTENV: Final = ".env"


def variables() -> dict[str, str]:
    """The environment over `.env`, names in upper case."""
    in_dotenv, _ = dotenv()
    return in_dotenv | {name.upper(): value for name, value in os.environ.items()}


def dotenv() -> tuple[dict[str, str], list[str]]:
    """Our own variables of `.env`, names in upper case, and why it cannot be read."""
    if not os.path.lexists(DOTENV):
        return {}, []
    try:
        read = dotenv_values(DOTENV, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{DOTENV}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"]
    named = {name.upper(): value for name, value in read.items() if value is not None}
    return {name: named[name] for name in named if name.startswith(("PLAYBOOKS_", "NOTION_"))}, []
