"""An embedded workspace with one of everything, for whoever keeps, changes or makes again.

Every property type and block type, relations and people beyond the 25 that a page shows, mentions
of every kind, comments on pages and blocks; made through the public API as one member would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.workspace.core import JSON, Actor, Workspace

URL: Final = "https://example.org/"
QUOTED: Final = 'Points "raw"'
"""A name that an expression has to escape."""

_HOME: Final = "Home"


@dataclass(frozen=True, slots=True)
class Rich:
    """What was made. `token` is of the integration, with which the page of `home_id` is shared.

    The first project is related to every task, the first task to every other one; `handbook_id`
    is a page that is no row, with every type of block; `block_ids` are of its uppermost blocks,
    the first of each type.
    """

    token: str
    bot_id: str
    owner: Actor
    people_ids: tuple[str, ...]
    home_id: str
    projects_database_id: str
    projects_id: str
    tasks_database_id: str
    tasks_id: str
    project_ids: tuple[str, ...]
    task_ids: tuple[str, ...]
    handbook_id: str
    chapter_id: str
    block_ids: Mapping[str, str]


def fill(
    workspace: Workspace, *, token: str, tasks_count: int = 40, people_count: int = 30
) -> Rich:
    """Fill an empty workspace; the integration behind `token` is made with it."""
    with workspace.transaction():
        return _Filling(workspace, token, people_count).rich(tasks_count)


def text(content: str, **more: Any) -> JSON:
    """A part of a rich text."""
    return {"type": "text", "text": {"content": content}, **more}


def titled(content: str, key: str = "title") -> JSON:
    """A title, as the value of a page's property."""
    return {key: {"title": [text(content)]}}


def schema_of_tasks(projects_id: str) -> JSON:
    """Every type but rollups and the relation of the table to itself."""
    options = {"options": [{"name": "Red", "color": "red"}, {"name": "Blue", "color": "blue"}]}
    return {
        "Name": {"title": {}},
        "Notes": {"rich_text": {}, "description": "What else there is to know."},
        "Points": {"number": {"format": "number"}},
        QUOTED: {"number": {"format": "euro"}},
        "Kind": {"select": options},
        "Tags": {"multi_select": options},
        "Status": {"status": {}},
        "When": {"date": {}},
        "Who": {"people": {}},
        "Files": {"files": {}},
        "Done": {"checkbox": {}},
        "Link": {"url": {}},
        "Mail": {"email": {}},
        "Phone": {"phone_number": {}},
        "Twice": {"formula": {"expression": 'prop("Points") * 2 + prop("Points \\"raw\\"")'}},
        "Project": {"relation": {
            "data_source_id": projects_id,
            "dual_property": {"synced_property_name": "Tasks"},
        }},
        "Created": {"created_time": {}},
        "Author": {"created_by": {}},
        "Edited": {"last_edited_time": {}},
        "Editor": {"last_edited_by": {}},
        "Number": {"unique_id": {"prefix": "TASK"}},
        "Press": {"button": {}},
        "Where": {"place": {}},
        "Verification": {"verification": {}},
    }  # fmt: skip


class _Filling:
    def __init__(self, workspace: Workspace, token: str, people_count: int) -> None:
        self._workspace = workspace
        self._token = token
        self._bot_id = workspace.add_bot("Robot", token=token)
        self._people = [workspace.add_person("Ada", "ada@example.org")]
        self._people += [
            workspace.add_person(f"Person {number}", None) for number in range(1, people_count)
        ]
        self._owner = Actor(self._people[0], "person")

    def rich(self, tasks_count: int) -> Rich:
        home_id = self._page({"workspace": True}, _HOME)
        self._workspace.share(home_id, self._bot_id)
        projects_database_id, projects_id = self._table(
            home_id, "Projects", {"Name": {"title": {}}, "Budget": {"number": {"format": "dollar"}}}
        )
        tasks_database_id, tasks_id = self._table(home_id, "Tasks", schema_of_tasks(projects_id))
        self._relate(projects_id, tasks_id)
        project_ids = tuple(self._row(projects_id, f"Project {number}", {
            "Budget": {"number": number * 100},
        }) for number in (1, 2))  # fmt: skip
        task_ids = self._tasks(tasks_id, project_ids, tasks_count)
        handbook_id = self._page({"page_id": home_id}, "Handbook")
        chapter_id = self._page({"page_id": handbook_id}, "Chapter")
        comment_id = self._discuss({"page_id": handbook_id}, "On the page.")
        self._discuss({"page_id": task_ids[0]}, "On the row.")
        self._table(handbook_id, "Inline", {"Name": {"title": {}}}, is_inline=True)
        words = self._words(task_ids[0], tasks_database_id)
        links = _links(chapter_id, tasks_database_id, comment_id)
        block_ids = self._blocks(handbook_id, links, words)
        self._discuss({"block_id": block_ids["paragraph"]}, "On the block.")
        return Rich(
            token=self._token,
            bot_id=self._bot_id,
            owner=self._owner,
            people_ids=tuple(self._people),
            home_id=home_id,
            projects_database_id=projects_database_id,
            projects_id=projects_id,
            tasks_database_id=tasks_database_id,
            tasks_id=tasks_id,
            project_ids=project_ids,
            task_ids=task_ids,
            handbook_id=handbook_id,
            chapter_id=chapter_id,
            block_ids=block_ids,
        )

    def _relate(self, projects_id: str, tasks_id: str) -> None:
        """The relation of tasks to tasks, and rollups over both sides of the other one."""
        self._schema(tasks_id, {
            "Blocks": {"relation": {"data_source_id": tasks_id, "single_property": {}}},
            "Budget": {"rollup": {
                "relation_property_name": "Project",
                "rollup_property_name": "Budget",
                "function": "sum",
            }},
        })  # fmt: skip
        self._schema(projects_id, {
            "Points": {"rollup": {
                "relation_property_name": "Tasks",
                "rollup_property_name": "Points",
                "function": "sum",
            }},
            "Tags": {"rollup": {
                "relation_property_name": "Tasks",
                "rollup_property_name": "Tags",
                "function": "show_original",
            }},
        })  # fmt: skip

    def _tasks(
        self, tasks_id: str, project_ids: Sequence[str], tasks_count: int
    ) -> tuple[str, ...]:
        ids = [
            self._row(tasks_id, f"Task {number}", {
                "Points": {"number": number},
                "Project": {"relation": [{"id": project_ids[0]}]},
            })
            for number in range(1, tasks_count)
        ]  # fmt: skip
        whole = self._row(tasks_id, "Task 0", self._values(project_ids, ids), icon={"emoji": "🌍"})
        self._append(whole, [_block("paragraph", "Content of a row.")])
        return (whole, *ids)

    def _values(self, project_ids: Sequence[str], others: Sequence[str]) -> JSON:
        """A value of every type that can be written, lists beyond what a page shows."""
        return {
            "Notes": {"rich_text": [text(f"{number} ") for number in range(30)]},
            "Points": {"number": 3.5},
            QUOTED: {"number": 0},
            "Kind": {"select": {"name": "Red"}},
            "Tags": {"multi_select": [{"name": "Blue"}, {"name": "Red"}]},
            "Status": {"status": {"name": "In progress"}},
            "When": {"date": {
                "start": "2026-03-01T09:00:00.000+01:00",
                "end": "2026-03-02T09:00:00.000+01:00",
                "time_zone": None,
            }},
            "Who": {"people": [{"id": each} for each in self._people]},
            "Files": {"files": [{"name": "Plan", "external": {"url": f"{URL}plan.pdf"}}]},
            "Done": {"checkbox": True},
            "Link": {"url": URL},
            "Mail": {"email": "ada@example.org"},
            "Phone": {"phone_number": "+49 30 1234"},
            "Project": {"relation": [{"id": each} for each in project_ids]},
            "Blocks": {"relation": [{"id": each} for each in others[:100]]},
            "Where": {"place": {"lat": 52.5, "lon": 13.4, "name": "Berlin"}},
            "Verification": {"verification": {
                "state": "verified", "date": {"start": "2026-03-01", "end": "2099-01-01"},
            }},
        }  # fmt: skip

    def _words(self, page_id: str, database_id: str) -> list[JSON]:
        """A rich text with every kind of part and mention."""
        return [
            text("bold red", annotations={"bold": True, "color": "red"}),
            {"type": "text", "text": {"content": "link", "link": {"url": URL}}},
            {"type": "equation", "equation": {"expression": "e = mc^2"}},
            _mention("page", {"id": page_id}),
            _mention("database", {"id": database_id}),
            _mention("user", {"id": self._people[0]}),
            _mention("date", {"start": "2026-03-01"}),
            _mention("template_mention", {
                "type": "template_mention_date", "template_mention_date": "today",
            }),
        ]  # fmt: skip

    def _blocks(
        self, page_id: str, links: Sequence[JSON], words: Sequence[JSON]
    ) -> Mapping[str, str]:
        ids = self._append(page_id, [*every_block(words), *links])
        original = self._append(page_id, [
            {"synced_block": {"synced_from": None, "children": [_block("paragraph", "Synced.")]}}
        ])["synced_block"]  # fmt: skip
        self._append(page_id, [
            {"synced_block": {"synced_from": {"type": "block_id", "block_id": original}}}
        ])  # fmt: skip
        self._nest(ids["toggle"], depth=4)
        return {**ids, "synced_block": original}

    def _nest(self, block_id: str, *, depth: int) -> None:
        """Deeper than one request may send."""
        for level in range(depth):
            block_id = self._append(block_id, [_block("toggle", f"Level {level}")])["toggle"]

    def _page(self, parent: JSON, name: str) -> str:
        body = {"parent": parent, "properties": titled(name), "icon": {"emoji": "📖"}}
        return str(self._perform("POST", "/v1/pages", body)["id"])

    def _table(
        self, home_id: str, name: str, properties: JSON, *, is_inline: bool = False
    ) -> tuple[str, str]:
        body = {
            "parent": {"page_id": home_id},
            "title": [text(name)],
            "description": [text(f"All {name}.")],
            "is_inline": is_inline,
            "initial_data_source": {"properties": properties},
        }
        made = self._perform("POST", "/v1/databases", body)
        return str(made["id"]), str(made["data_sources"][0]["id"])

    def _schema(self, data_source_id: str, properties: JSON) -> None:
        path = f"/v1/data_sources/{data_source_id}"
        self._perform("PATCH", path, {"properties": properties})

    def _row(self, table_id: str, name: str, values: JSON, **more: JSON) -> str:
        body = {
            "parent": {"data_source_id": table_id},
            "properties": titled(name, "Name") | values,
            **more,
        }
        return str(self._perform("POST", "/v1/pages", body)["id"])

    def _append(self, parent_id: str, children: Sequence[JSON]) -> dict[str, str]:
        """Add blocks at the end; the id of the first of each type."""
        path = f"/v1/blocks/{parent_id}/children"
        added = self._perform("PATCH", path, {"children": list(children)})["results"]
        return {block["type"]: block["id"] for block in reversed(added)}

    def _discuss(self, parent: JSON, words: str) -> str:
        """A discussion of two comments; the id of the first."""
        first = self._perform(
            "POST", "/v1/comments", {"parent": parent, "rich_text": [text(words)]}
        )
        answer = {"discussion_id": first["discussion_id"], "rich_text": [text("So it is.")]}
        self._perform("POST", "/v1/comments", answer)
        return str(first["id"])

    def _perform(self, method: str, path: str, body: JSON) -> JSON:
        return self._workspace.perform(method, path, body, actor=self._owner)


def every_block(words: Sequence[JSON] = ()) -> list[JSON]:
    """A block of every type but links to pages and synced ones, below those it needs."""
    rich = {"rich_text": [*words] or [text("Words.")]}
    external = {"type": "external", "external": {"url": f"{URL}file.bin"}, "caption": [text("C")]}
    row = {"table_row": {"cells": [[text("left")], [text("right")]]}}
    columns = [
        {"column": {"width_ratio": ratio, "children": [_block("paragraph", f"Column {ratio}")]}}
        for ratio in (0.25, 0.75)
    ]
    return [
        {"paragraph": {**rich, "color": "blue_background"}},
        {"heading_1": rich},
        {"heading_2": {**rich, "is_toggleable": True, "children": [_block("quote", "Inside.")]}},
        {"heading_3": {"rich_text": [text("Three")], "color": "green"}},
        {"heading_4": {"rich_text": [text("Four")]}},
        {"bulleted_list_item": {**rich, "children": [_block("numbered_list_item", "Inner.")]}},
        {"numbered_list_item": rich},
        {"to_do": {**rich, "checked": True}},
        {"toggle": rich},
        {"quote": rich},
        {"callout": {**rich, "icon": {"emoji": "💡"}, "color": "gray_background"}},
        {"code": {"rich_text": [text("print()")], "language": "python", "caption": [text("Code")]}},
        {"equation": {"expression": "x^2"}},
        {"divider": {}},
        {"breadcrumb": {}},
        {"table_of_contents": {"color": "gray"}},
        {"template": {"rich_text": [text("Add one")], "children": [_block("to_do", "New")]}},
        {"embed": {"url": URL}},
        {"bookmark": {"url": URL, "caption": [text("There")]}},
        *({kind: external} for kind in ("image", "video", "pdf", "audio")),
        {"file": {**external, "name": "file.bin"}},
        {"table": {
            "table_width": 2, "has_column_header": True, "has_row_header": False,
            "children": [row, row],
        }},
        {"column_list": {"children": columns}},
        {"tab": {"children": [_block("paragraph", "First tab"), _block("paragraph", "Second")]}},
    ]  # fmt: skip


def _links(page_id: str, database_id: str, comment_id: str) -> list[JSON]:
    return [
        {"link_to_page": {"page_id": page_id}},
        {"link_to_page": {"database_id": database_id}},
        {"link_to_page": {"comment_id": comment_id}},
    ]


def _block(kind: str, words: str) -> JSON:
    return {"type": kind, kind: {"rich_text": [text(words)]}}


def _mention(kind: str, value: JSON) -> JSON:
    return {"type": "mention", "mention": {"type": kind, kind: value}}
