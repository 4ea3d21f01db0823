"""The composition root: who may write has an editor, who has a link can read it whole."""

from pathlib import Path

import pytest

from playbooks.desk import Desk
from server.app import House, open_house
from server.settings import read_configuration


async def test_a_house_that_may_write_has_an_editor(house: House) -> None:
    assert (await house.desk()).editor is not None


@pytest.mark.usefixtures("sample_home")
async def test_a_house_that_only_reads_has_none_and_can_still_export(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLAYBOOKS_READ_ONLY", "true")
    async with open_house(read_configuration()) as opened:
        desk = await opened.desk()
    assert desk.editor is None
    assert desk.exporter is not None


async def test_a_house_without_a_link_has_neither(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del home
    monkeypatch.setenv("NOTION_WORKSPACE_ID", "1" * 32)
    async with open_house(read_configuration()) as opened:
        desk = await opened.desk()
    assert (desk.notion, desk.editor, desk.exporter) == (None, None, None)


async def test_the_exporter_finds_the_tables_of_the_workspace_and_reads_them_in_the_background(
    desk: Desk,
) -> None:
    assert desk.exporter is not None
    exporter = desk.exporter.attributed("create_backup", "run_1")
    tables = await exporter.tables()
    rows_count = 0
    for table in tables:
        rows_count += len([row async for row in exporter.rows(table.id)])
    assert rows_count > len(tables)
    # A hundred rows a request at best, and a page of each table that is not full.
    assert exporter.requests_count <= rows_count / 100 + len(tables) + 1
