"""Registers the resources: guides, status, databases, kept runs, plans and backups."""

import json
from collections.abc import Awaitable, Callable, Collection, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import Completion, CompletionArgument, PromptReference, ResourceTemplateReference

from playbooks.arguments import LATEST
from playbooks.desk import Desk
from playbooks.errors import PlaybookError, RecordNotFound
from playbooks.lazy import LazyModule
from playbooks.read_only import report_without, without_mention
from resources.guides import guide, names

# Procedures come when something is read: the server answers before it needs any.
if TYPE_CHECKING:
    from playbooks import backup_view, database_view, get_record, kept_picture, plan_view
else:
    backup_view = LazyModule("playbooks.backup_view")
    database_view = LazyModule("playbooks.database_view")
    get_record = LazyModule("playbooks.get_record")
    kept_picture = LazyModule("playbooks.kept_picture")
    plan_view = LazyModule("playbooks.plan_view")

OpenDesk: TypeAlias = Callable[[], Awaitable[Desk]]
"""Gives the desk, opened at the first use."""

MARKDOWN = "text/markdown"
JSON_TYPE = "application/json"
SVG = "image/svg+xml"


def register(
    mcp: MCPServer[Any], open_desk: OpenDesk, absent: Collection[str] = frozenset()
) -> None:
    """Add every resource and template, and the completion of their arguments.

    Nothing that they tell names a tool that is `absent`.
    """
    _guides(mcp, open_desk, absent)
    _state(mcp, open_desk, absent)
    _runs(mcp, open_desk, absent)
    _plans(mcp, open_desk, absent)
    _backups(mcp, open_desk)
    _completion(mcp, absent)


@contextmanager
def _told(absent: Collection[str] = frozenset()) -> Generator[None]:
    """Show a PlaybookError's sentences to the reader; a bug stays masked."""
    try:
        yield
    except RecordNotFound as error:
        raise ResourceNotFoundError(str(error)) from error
    except PlaybookError as error:
        raise ResourceError(without_mention(str(error), absent)) from error


def _guide_names(absent: Collection[str]) -> list[str]:
    return [name for name in names() if name not in absent]


def _guides(mcp: MCPServer[Any], open_desk: OpenDesk, absent: Collection[str]) -> None:
    @mcp.resource("playbooks://guide/{procedure}", title="Guide of a procedure", mime_type=MARKDOWN)
    async def guide_of(procedure: str) -> str:
        """When to use a procedure, what it measures, the thresholds in force, what to do."""
        desk = await open_desk()
        known = _guide_names(absent)
        if procedure not in known:
            problem = f"There is no guide {procedure[:64]!r}; there are: {', '.join(known)}."
            raise ResourceNotFoundError(problem)
        mistaken = "" if not desk.configuration.mistakes else _DEFAULTS
        return without_mention(guide(procedure, desk.bands), absent) + mistaken


_DEFAULTS = "\nThe configuration has mistakes: the thresholds above are the defaults.\n"


def _state(mcp: MCPServer[Any], open_desk: OpenDesk, absent: Collection[str]) -> None:
    @mcp.resource("playbooks://status", title="Latest status", mime_type=MARKDOWN)
    async def status() -> str:
        """The newest kept report in short, with its age; health_check makes a new one."""
        with _told(absent):
            latest = await get_record.get_record(await open_desk(), "run", LATEST)
            return report_without(latest, absent).summary

    @mcp.resource("playbooks://databases", title="Configured databases", mime_type=JSON_TYPE)
    async def databases() -> str:
        """Each database of the playbook: its id or that it is found by title, roles and names."""
        with _told():
            return json.dumps(
                database_view.database_views(await open_desk()), ensure_ascii=False, indent=1
            )


def _runs(mcp: MCPServer[Any], open_desk: OpenDesk, absent: Collection[str]) -> None:
    @mcp.resource("playbooks://runs/{run_id}", title="A kept run", mime_type=JSON_TYPE)
    async def run(run_id: str) -> str:
        """The whole report of a run."""
        with _told(absent):
            kept = await get_record.get_record(await open_desk(), "run", run_id)
            return report_without(kept, absent).model_dump_json(indent=1)

    @mcp.resource("playbooks://pictures/{run_id}", title="The picture of a run", mime_type=SVG)
    async def picture(run_id: str) -> str:
        """The picture that was kept with a run, as SVG."""
        with _told():
            return await kept_picture.svg_of(await open_desk(), run_id)


def _plans(mcp: MCPServer[Any], open_desk: OpenDesk, absent: Collection[str]) -> None:
    @mcp.resource("playbooks://plans/{plan_id}", title="A plan", mime_type=JSON_TYPE)
    async def plan(plan_id: str) -> str:
        """The plan as it stands: every change and what came of it, its state, what it brought."""
        with _told(absent):
            whole = await plan_view.plan_view(await open_desk(), plan_id)
            return json.dumps(whole, ensure_ascii=False, indent=1)


def _backups(mcp: MCPServer[Any], open_desk: OpenDesk) -> None:
    @mcp.resource("playbooks://backups/{backup_id}", title="A backup", mime_type=JSON_TYPE)
    async def backup(backup_id: str) -> str:
        """Its manifest, and what came of every check."""
        with _told():
            whole = await backup_view.backup_view(await open_desk(), backup_id)
            return json.dumps(whole, ensure_ascii=False, indent=1)


def _completion(mcp: MCPServer[Any], absent: Collection[str]) -> None:
    @mcp.completion()  # type: ignore[no-untyped-call, untyped-decorator] # the SDK lacks the types
    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: Any,  # noqa: ARG001 - the SDK passes it
    ) -> Completion | None:
        if not isinstance(ref, ResourceTemplateReference) or argument.name != "procedure":
            return None
        fitting = [name for name in _guide_names(absent) if name.startswith(argument.value)]
        return Completion(values=fitting, total=len(fitting), has_more=False)
