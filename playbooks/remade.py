"""How far an object is that is made again, as the store keeps it for whoever goes on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

Reached: TypeAlias = Literal["made", "filled", "linked"]
"""There, with its content, with what of it leads to others."""

BEGUN: Final = "begun"
"""It may be there without our knowing its id: it was about to be made."""


@dataclass(frozen=True, slots=True)
class KeptObject:
    """One object of a plan's map: about to be made `at`; until it was, `new_id` is ""."""

    new_id: str
    state: Literal["begun"] | Reached
    at: datetime
