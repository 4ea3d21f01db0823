"""Several processes read and write one workspace file at once."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]
PROCESSES_COUNT = 3
ROWS_COUNT = 25
SCRIPT = """
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from server.workspace.core import Actor, Workspace

path, ada, table, rows_count = sys.argv[1:]
query, row = f"/v1/data_sources/{table}/query", {"parent": {"data_source_id": table}}
with closing(Workspace.open(Path(path), clock=lambda: datetime.now(UTC))) as workspace:
    for _ in range(int(rows_count)):
        actor = Actor(ada, "person")
        workspace.perform("POST", "/v1/pages", {**row, "properties": {}}, actor=actor)
        workspace.perform("POST", query, {"page_size": 10}, actor=actor)
"""


def test_several_processes_read_and_write_without_hindering_each_other(
    tmp_path: Path, workspace: Workspace, ada: Actor, make_table: Make
) -> None:
    table = make_table({"Number": {"unique_id": {}}})
    arguments = [str(tmp_path / "workspace.sqlite3"), ada.id, table, str(ROWS_COUNT)]
    command = [sys.executable, "-c", SCRIPT, *arguments]

    running = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(PROCESSES_COUNT)
    ]
    errors = [process.communicate(timeout=120)[1] for process in running]

    assert errors == [""] * PROCESSES_COUNT
    found = workspace.perform("POST", f"/v1/data_sources/{table}/query", actor=ada)["results"]
    numbers = [page["properties"]["Number"]["unique_id"]["number"] for page in found]
    assert numbers == list(range(1, PROCESSES_COUNT * ROWS_COUNT + 1))
