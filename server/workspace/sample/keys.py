"""Token-shaped texts, made at run time: none may stand in the repository."""

import secrets
import string
from typing import assert_never

from server.workspace.sample.rows import KeyShape

_LETTERS_AND_DIGITS = string.ascii_letters + string.digits


def fresh_key(shape: KeyShape) -> str:
    """A new random text in a shape of Notion's tokens; `current` is ntn_ and 46 characters."""
    match shape:
        case "current":
            return f"ntn_{_random(string.digits, 11)}{_random(_LETTERS_AND_DIGITS, 35)}"
        case "older":
            return f"secret_{_random(_LETTERS_AND_DIGITS, 43)}"
        case _:
            assert_never(shape)


def _random(alphabet: str, count: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(count))
