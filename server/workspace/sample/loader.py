"""Writes the invented history into an empty workspace, as its people would have."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, TypeAlias
from uuid import UUID

from server.workspace.core import Actor, Workspace
from server.workspace.sample import names, payloads, schemas
from server.workspace.sample.history import invent
from server.workspace.sample.keys import fresh_key
from server.workspace.sample.rows import History, Passage, Task
from server.workspace.sample.team import TEAM
from server.workspace.sample.workdays import HISTORY_DAYS

JSON: TypeAlias = dict[str, Any]
Progress: TypeAlias = Callable[[int, int], None]
"""Told how many rows of how many are written."""

WORKSPACE_NAME: Final = "Sample workspace"

_PROGRESS_EACH: Final = 50
_ROOT_BODY: Final = (
    Passage("paragraph", "This workspace is a sample: people, tasks and figures are invented."),
    Passage("paragraph", "Some rows have defects on purpose, so that there is something to find."),
)
_PRIVATE_BODY: Final = (
    Passage("paragraph", "Not shared with any integration: over the API it is not there."),
)


def create_sample(
    workspace: Workspace,
    *,
    now: datetime,
    seed: int = 2718,
    token: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Fill an empty workspace with the team's last half year up to `now`, all or nothing.

    The same seed and day give the same ids and values; only the planted keys differ, and the
    integration's token when none is given.
    """
    history = invent(now, seed)
    bits = Random(f"{seed}/ids")  # noqa: S311 - ids of invented rows, no secrets
    with workspace.transaction(ids=lambda: UUID(int=bits.getrandbits(128))):
        _Loader(workspace, history, now, progress).load(token or fresh_key("current"))


class _Loader:
    def __init__(
        self, workspace: Workspace, history: History, now: datetime, progress: Progress | None
    ) -> None:
        self._workspace = workspace
        self._history = history
        self._founded_at = datetime.combine(
            now.astimezone(UTC).date() - timedelta(days=HISTORY_DAYS), datetime.min.time(), UTC
        )
        self._progress = progress
        self._rows_count = len(history.tasks) + len(history.log) + len(history.calls)
        self._done_count = 0
        self._users: dict[str, str] = {}
        self._task_ids: list[str] = []

    def load(self, token: str) -> None:
        """People first, then what they wrote, in order of time within each database."""
        self._workspace.rename(WORKSPACE_NAME)
        for person in TEAM:
            user_id = self._workspace.add_person(person.name, person.email)
            self._users[person.key] = user_id
        bot_id = self._workspace.add_bot(names.INTEGRATION_NAME, token=token)
        root_id = self._page(names.ROOT_TITLE, _ROOT_BODY)
        self._page(names.PRIVATE_TITLE, _PRIVATE_BODY)
        self._workspace.share(root_id, bot_id)
        tasks_id = self._database(root_id, "task_management", schemas.tasks())
        self._relate_tasks(tasks_id)
        log_id = self._database(root_id, "development_log", schemas.development_log(tasks_id))
        calls_id = self._database(root_id, "ai_tool_metrics", schemas.ai_tool_metrics(tasks_id))
        self._load_tasks(tasks_id)
        self._load_log(log_id)
        self._load_calls(calls_id, Actor(bot_id, "bot"))
        self._trash_tasks()

    def _page(self, title: str, body: Iterable[Passage]) -> str:
        parent = {"type": "workspace", "workspace": True}
        properties = {"title": payloads.title(title)}
        return self._add(parent, properties, body, actor=self._founder(), at=self._founded_at)

    def _database(self, root_id: str, key: names.DatabaseKey, properties: JSON) -> str:
        answer = self._workspace.perform(
            "POST",
            "/v1/databases",
            {
                "parent": {"type": "page_id", "page_id": root_id},
                "title": payloads.rich_text(names.TITLES[key]),
                "initial_data_source": {"properties": properties},
            },
            actor=self._founder(),
            at=self._founded_at,
        )
        data_source_id: str = answer["data_sources"][0]["id"]
        return data_source_id

    def _relate_tasks(self, tasks_id: str) -> None:
        self._workspace.perform(
            "PATCH",
            f"/v1/data_sources/{tasks_id}",
            {"properties": {names.RELATED_TASKS: schemas.relation(tasks_id)}},
            actor=self._founder(),
            at=self._founded_at,
        )

    def _load_tasks(self, tasks_id: str) -> None:
        for task in self._history.tasks:
            properties = payloads.new_task(task, self._users)
            actor, at = self._person(task.reporter), task.created_at
            page_id = self._add(_row_of(tasks_id), properties, task.body, actor=actor, at=at)
            self._task_ids.append(page_id)
            self._step()
        for task in sorted(self._history.tasks, key=lambda task: task.edited_at or task.created_at):
            if task.edited_at:
                self._edit(task, {"properties": payloads.edited_task(task, self._task_ids)})

    def _load_log(self, log_id: str) -> None:
        for entry in self._history.log:
            properties = payloads.log_entry(entry, self._task_ids)
            author = self._person(entry.author)
            self._add(_row_of(log_id), properties, entry.body, actor=author, at=entry.at)
            self._step()

    def _load_calls(self, calls_id: str, bot: Actor) -> None:
        for call in self._history.calls:
            properties = payloads.ai_call(call, self._task_ids)
            self._add(_row_of(calls_id), properties, (), actor=bot, at=call.at)
            self._step()

    def _trash_tasks(self) -> None:
        """Last of all, since nothing can be related to what lies in the trash."""
        for task in self._history.tasks:
            if task.in_trash:
                self._edit(task, {"in_trash": True})

    def _add(
        self, parent: JSON, properties: JSON, body: Iterable[Passage], *, actor: Actor, at: datetime
    ) -> str:
        page: JSON = {"parent": parent, "properties": properties}
        children = payloads.blocks(body)
        if children:
            page["children"] = children
        page_id: str = self._workspace.perform("POST", "/v1/pages", page, actor=actor, at=at)["id"]
        return page_id

    def _edit(self, task: Task, body: JSON) -> None:
        path = f"/v1/pages/{self._task_ids[task.key]}"
        editor = self._person(task.assignee or task.reporter)
        self._workspace.perform("PATCH", path, body, actor=editor, at=task.edited_at)

    def _person(self, key: str) -> Actor:
        return Actor(self._users[key], "person")

    def _founder(self) -> Actor:
        return self._person(TEAM[0].key)

    def _step(self) -> None:
        self._done_count += 1
        is_last = self._done_count == self._rows_count
        if self._progress and (is_last or self._done_count % _PROGRESS_EACH == 0):
            self._progress(self._done_count, self._rows_count)


def _row_of(data_source_id: str) -> JSON:
    return {"type": "data_source_id", "data_source_id": data_source_id}
