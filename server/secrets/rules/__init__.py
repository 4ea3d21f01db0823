"""The rules: one table, a module for each trade. Where matches overlap, the first rule wins."""

from typing import Final

from server.secrets.rule import Rule
from server.secrets.rules.ai import AI
from server.secrets.rules.chat import CHAT
from server.secrets.rules.cloud import CLOUD
from server.secrets.rules.code import CODE
from server.secrets.rules.keys import ADDRESSES, GENERIC, KEYS
from server.secrets.rules.notion import NOTION
from server.secrets.rules.packages import PACKAGES
from server.secrets.rules.payment import PAYMENT

RULES: Final[tuple[Rule, ...]] = (
    *NOTION,
    *AI,
    *CODE,
    *CHAT,
    *CLOUD,
    *PAYMENT,
    *PACKAGES,
    *KEYS,
    *ADDRESSES,
    *GENERIC,
)
