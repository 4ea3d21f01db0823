"""Serving for other processes: the address and token it prints, and what a kill leaves."""

import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

REPOSITORY = Path(__file__).parents[3]
PROGRAM = (
    "import sys; from pathlib import Path; from server.workspace.serve import serve;"
    " serve(Path(sys.argv[1]), port=0)"
)


@contextmanager
def serving(path: Path) -> Generator[tuple[subprocess.Popen[str], str, str]]:
    """A process that serves the file, with the address and token it printed."""
    command = [sys.executable, "-c", PROGRAM, str(path)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().removeprefix("address: ").strip()
            token = process.stdout.readline().removeprefix("token: ").strip()
            yield process, address, token
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path, watch: Any) -> Path:
    path = tmp_path / "served.sqlite3"
    with closing(Workspace.open(path, clock=watch)) as workspace:
        ada = Actor(workspace.add_person("Ada", None), "person")
        bot = workspace.add_bot("Own", token="own-token")
        page = {"parent": {"workspace": True}, "properties": {}}
        workspace.share(workspace.perform("POST", "/v1/pages", page, actor=ada)["id"], bot)
    return path


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Notion-Version": "2026-03-11"}


def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    with (
        serving(path) as (process, address, token),
        httpx.Client(base_url=address, headers=headers(token)) as client,
    ):
        root = client.post("/v1/search", json={}).json()["results"][0]["id"]
        body = {"parent": {"page_id": root}, "properties": {}}
        made = client.post("/v1/pages", json=body).json()["id"]
        process.kill()

    with (
        serving(path) as (_, address, token),
        httpx.Client(base_url=address, headers=headers(token)) as client,
    ):
        assert client.get(f"/v1/pages/{made}").status_code == 200


def test_ctrl_c_ends_it_cleanly(path: Path) -> None:
    with serving(path) as (process, address, token):
        assert httpx.get(f"{address}/v1/users/me", headers=headers(token)).status_code == 200
        process.send_signal(signal.SIGINT)
        out, complaints = process.communicate(timeout=10)

    assert (process.returncode, out, complaints) == (0, "", "")


def test_several_processes_serve_one_file(path: Path) -> None:
    with serving(path) as (_, first, token), serving(path) as (_, second, _same):
        with httpx.Client(base_url=first, headers=headers(token)) as client:
            root = client.post("/v1/search", json={}).json()["results"][0]["id"]
            body = {"parent": {"page_id": root}, "properties": {}}
            made = client.post("/v1/pages", json=body).json()["id"]

        seen = httpx.get(f"{second}/v1/pages/{made}", headers=headers(token))

    assert seen.status_code == 200


def test_ctrl_c_does_not_wait_for_a_request_that_a_fault_holds(path: Path) -> None:
    with serving(path) as (process, address, token):
        plan = {"rules": [{"fault": "stalled", "duration_s": 3600}]}
        httpx.put(f"{address}/_workspace/faults", json=plan, headers=headers(token))
        with closing(socket.create_connection(_endpoint(address))) as waiting:
            asking = (
                f"GET /v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
            )
            waiting.sendall(asking.encode())
            assert any(_acted_count(address, token) for _ in range(5000))
            process.send_signal(signal.SIGINT)
            out, complaints = process.communicate(timeout=10)

    assert (process.returncode, out, complaints) == (0, "", "")


def _endpoint(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("http://").partition(":")
    return host, int(port)


def _acted_count(address: str, token: str) -> int:
    state = httpx.get(f"{address}/_workspace/faults", headers=headers(token)).json()
    count: int = state["progress"][0]["acted"]
    return count
