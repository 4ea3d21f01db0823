"""The rules: one table, a module for each trade."""

from typing import Final

from server.secrets.rule import Rule

RULES: Final[tuple[Rule, ...]] = ()
