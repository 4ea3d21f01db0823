"""The invented people of the sample and how each of them works."""

from dataclasses import dataclass
from typing import Final

from server.workspace.sample.rows import PersonKey


@dataclass(frozen=True, slots=True)
class Person:
    """A member; `pace` multiplies the hours of a task, `ai_share` is how often a tool helps."""

    key: PersonKey
    name: str
    pace: float
    ai_share: float
    workload: float

    @property
    def email(self) -> str:
        """An address in a domain that cannot exist."""
        return f"{self.key}@team.example"


TEAM: Final[tuple[Person, ...]] = (
    Person("mara", "Mara Ostrevik", pace=0.9, ai_share=0.62, workload=1.2),
    Person("tobin", "Tobin Achterfeld", pace=1.0, ai_share=0.55, workload=1.1),
    Person("ifeoma", "Ifeoma Dalmayo", pace=0.95, ai_share=0.48, workload=1.0),
    Person("noor", "Noor Saldeen", pace=1.1, ai_share=0.35, workload=0.9),
    Person("juna", "Juna Castellard", pace=1.0, ai_share=0.70, workload=1.0),
    Person("pavel", "Pavel Rudinsky-Mohr", pace=1.2, ai_share=0.22, workload=0.6),
)
