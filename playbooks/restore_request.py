"""What a restore is asked for: its scope found from the rest, and what does not fit refused."""

from dataclasses import replace
from typing import Final

from playbooks.arguments import RestoreScope
from playbooks.errors import PlanUnusable
from playbooks.object_ids import written_id
from playbooks.plan_kind import Request

ORIGINAL: Final = "original"
"""As `into`: where it was."""

_IN_PLACE: Final = frozenset({"rows", "properties"})


def fitted(request: Request) -> Request:
    """The request with its scope, and ids as Notion writes them.

    Raises PlanUnusable when one argument would have to be left out for another one.
    """
    scope = request.scope or _scope(request)
    problem = _problem(request, scope)
    if problem is not None:
        raise PlanUnusable(problem, remedy=_REMEDY)
    into = request.into
    return replace(
        request,
        scope=scope,
        rows=tuple(dict.fromkeys(written_id(each) for each in request.rows)),
        into=into if into in {None, ORIGINAL} else written_id(into or ""),
    )


def is_in_place(request: Request) -> bool:
    """Whether things come back where they were."""
    return request.into == ORIGINAL or request.scope in _IN_PLACE


def _scope(request: Request) -> RestoreScope:
    """The narrowest that the arguments name."""
    if request.properties:
        return "properties"
    if request.rows:
        return "rows"
    return "database" if request.database is not None else "everything"


def _problem(request: Request, scope: RestoreScope) -> str | None:
    """Why the arguments do not go together."""
    if request.snapshot is not None and request.as_of is not None:
        return "snapshot and as_of both say which backup is meant."
    if scope == "database" and request.database is None:
        return "scope=database needs to know which: database."
    if scope == "everything" and request.database is not None:
        return "scope=everything is about more than one database."
    if scope not in _IN_PLACE and (request.rows or request.properties):
        return f"scope={scope} takes no rows and no properties."
    if scope in _IN_PLACE and request.into not in {None, ORIGINAL}:
        return "Rows and properties are put back where they were: into names a page for more."
    return None


_REMEDY: Final = "Leave one out; without scope it is found from rows, properties and database."
