"""Which module makes which kind of plan."""

from typing import assert_never

from playbooks import optimise
from playbooks.plan import PlanKind
from playbooks.plan_kind import Kind


def module_of(kind: PlanKind) -> Kind:
    """The functions of that kind."""
    match kind:
        case "optimize":
            return optimise
        case _:
            assert_never(kind)
