"""`/_workspace/faults`: the fault plan over HTTP, for the machine itself and token holders only."""

import ipaddress
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request

from server.workspace import errors
from server.workspace.core import Workspace
from server.workspace.errors import ApiError
from server.workspace.plan import Plan, PlanInvalid, read_plan, written_state

PATH: Final = "/_workspace/faults"


def answer(
    workspace: Workspace, request: Request, *, token: str | None, read_body: Callable[[], Any]
) -> dict[str, Any]:
    """Show, replace or clear the plan; gives the plan then in force. Raises ApiError."""
    _refuse_foreign(request)
    if not workspace.knows(token):
        raise errors.unauthorized()
    match request.method:
        case "GET":
            pass
        case "PUT":
            workspace.set_plan(_plan(read_body()))
        case "DELETE":
            workspace.set_plan(Plan())
        case _:
            raise errors.invalid_url()
    return written_state(workspace.plan(), workspace.faults.states())


def _plan(document: object) -> Plan:
    try:
        return read_plan(document)
    except PlanInvalid as mistaken:
        raise errors.invalid(mistaken.problem) from None


def _refuse_foreign(request: Request) -> None:
    """A web page must not steer it: neither under a name of its own, nor from its own origin."""
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    is_near = request.client is not None and _is_loopback(request.client.host)
    if not (is_near and _names_loopback(host)) or origin not in {None, f"http://{host}"}:
        raise ApiError(403, "restricted_resource", "Only this machine may plan faults.")


def _names_loopback(host: str) -> bool:
    try:
        return _is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
