"""Which module makes which kind of plan, and what each kind may be asked for."""

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from typing import Final, cast

from playbooks.arguments import PlanKind
from playbooks.errors import PlanUnusable
from playbooks.plan_kind import Kind, Request

_MODULES: Final[Mapping[PlanKind, str]] = {
    "optimize": "optimise",
    "repair": "repair",
    "clean_up": "clean_up",
    "restore": "restore",
    "baseline": "baseline",
    "undo": "undo",
}

ARGUMENTS: Final[Mapping[PlanKind, frozenset[str]]] = {
    "optimize": frozenset({"window_days"}),
    "repair": frozenset({"database", "review"}),
    "clean_up": frozenset({"database", "older_than_days"}),
    "restore": frozenset({"snapshot", "scope", "database", "rows", "properties", "as_of", "into"}),
    "baseline": frozenset(),
    "undo": frozenset({"of"}),
}
"""The fields of a Request that a kind reads."""


def module_of(kind: PlanKind) -> Kind:
    """The functions of that kind, imported when they are first needed."""
    return cast("Kind", import_module(f"playbooks.{_MODULES[kind]}"))


def require_fitting(kind: PlanKind, request: Request) -> None:
    """Raise PlanUnusable when the kind is asked for something that it does not know."""
    given = [each.name for each in fields(Request) if getattr(request, each.name) not in (None, ())]
    strange = [name for name in given if name not in ARGUMENTS[kind]]
    if strange:
        raise PlanUnusable(
            f"A plan of kind {kind} takes no {', '.join(strange)}.",
            remedy=f"It takes: {', '.join(sorted(ARGUMENTS[kind]))}.",
        )
