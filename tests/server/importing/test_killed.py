"""An import in a process of its own that is killed."""

import sys
from pathlib import Path
from subprocess import PIPE, Popen

from tests.server.importing.conftest import HEADER, House, Write, numbered

ROOT = Path(__file__).parents[3]
TASKS_COUNT = 200
IMPORTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import anyio, httpx
from server.importing.tasks import TaskFile, import_tasks, parse_map
from server.notion.client import open_client
from server.notion.wire import Profile
from server.workspace.asgi import create_app
from server.workspace.core import Workspace

workspace_file, page_id, csv = sys.argv[1:]
workspace = Workspace.open(Path(workspace_file), clock=lambda: datetime.now(UTC))

def tell(done):
    print(done, flush=True)
    if done >= 150:
        sys.stdin.read()  # waits to be killed

async def main():
    async with open_client(
        workspace.own_token(), profile=Profile("http://workspace.test", None),
        record=lambda call: None, default_deadline_s=30,
        network=httpx.ASGITransport(create_app(workspace)),
    ) as client:
        task_map = parse_map(["title=Task", "external_id=Key", "status=State"])
        await import_tasks(
            client, TaskFile(Path(csv), task_map), parent_page_id=page_id,
            progress=lambda done, total, what: tell(done),
        )

anyio.run(main)
"""


async def test_a_killed_import_is_gone_on_with_and_loses_and_doubles_nothing(
    house: House, write: Write, tmp_path: Path
) -> None:
    path = write(HEADER, *numbered(TASKS_COUNT))
    workspace_file = tmp_path / "workspace.sqlite3"

    _import_and_kill(workspace_file, house.page_id, path, at_least_done=50)
    result = await house.load(path)

    # The first map named fewer columns, so that what was there is now brought up to date.
    assert 50 <= result.updated_count <= 150
    assert result.created_count == TASKS_COUNT - result.updated_count
    rows = await house.rows(result.data_source_id, "External ID", "Actual hours", "Completed")
    assert [row[0] for row in rows] == [f"T{number}" for number in range(1, TASKS_COUNT + 1)]
    assert all(row[1] is not None and row[2] is not None for row in rows)


def _import_and_kill(workspace_file: Path, page_id: str, csv: Path, *, at_least_done: int) -> None:
    command = [sys.executable, "-c", IMPORTER, str(workspace_file), page_id, str(csv)]
    with Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as importer:
        assert importer.stdout is not None
        for done in importer.stdout:
            if int(done) >= at_least_done:
                break
        importer.kill()
