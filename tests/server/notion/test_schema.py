"""Schemas and databases as the procedures see them."""

from typing import Any

from playbooks.objects import DataSource, Found, Option, Property
from server.notion.schema import Database, parse_bot, parse_data_source, parse_database
from tests.server.notion.fakes import ID, rich

STATUS: dict[str, Any] = {
    "options": [{"id": "1", "name": "Not started"}, {"id": "2", "name": "Done"}],
    "groups": [
        {"name": "To-do", "option_ids": ["1"]},
        {"name": "Complete", "option_ids": ["2"]},
    ],
}


def test_a_data_source_becomes_a_schema_in_notions_order() -> None:
    answer: dict[str, Any] = {
        "id": ID,
        "title": rich("Tasks"),
        "parent": {"type": "database_id", "database_id": "db"},
        "in_trash": False,
        "url": "https://notion.test/t",
        "properties": {
            "Name": {"id": "title", "type": "title", "title": {}},
            "Status": {"id": "s", "type": "status", "status": STATUS},
            "Size": {"id": "z", "type": "select", "select": {"options": [{"name": "S"}]}},
            "Blocks": {"id": "b", "type": "relation", "relation": {"data_source_id": "other"}},
            "Cost": {"id": "c", "type": "number", "number": {"format": "dollar"}},
            "New": {"id": "n", "type": "telepathy"},
        },
    }

    assert parse_data_source(answer) == DataSource(
        id=ID,
        title="Tasks",
        database_id="db",
        in_trash=False,
        url="https://notion.test/t",
        properties=(
            Property("title", "Name", "title"),
            Property(
                "s",
                "Status",
                "status",
                (Option("Not started", "To-do"), Option("Done", "Complete")),
            ),
            Property("z", "Size", "select", (Option("S"),)),
            Property("b", "Blocks", "relation", target_data_source_id="other"),
            Property("c", "Cost", "number", number_format="dollar"),
            Property("n", "New", "telepathy"),
        ),
    )


def test_a_database_names_its_tables() -> None:
    answer = {
        "id": "db",
        "title": [],
        "url": None,
        "data_sources": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
    }

    assert parse_database(answer) == Database(
        "db", "", "", in_trash=False, data_sources=(Found("a", "A"), Found("b", "B"))
    )


def test_a_bot_without_details_is_still_somebody() -> None:
    bot = parse_bot({"id": ID, "name": None})

    assert (bot.id, bot.name, bot.workspace_id) == (ID, "", None)
