"""One MCP server over stdio, spoken to in raw JSON-RPC.

Only the standard library: every server pays the same small price for its client. POSIX only, since
it waits on pipes with select.
"""

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Self

Era = Literal["legacy", "modern"]

PROTOCOLS: dict[Era, str] = {"legacy": "2025-11-25", "modern": "2026-07-28"}
"""The protocol version that each era asks for."""

ANSWER_WITHIN_S = 120
"""A server that is silent for longer has failed; the first health check may make the sample."""

_CLIENT = {"name": "benchmark", "version": "1"}
_ENDING_WITHIN_S = 5


class ServerFailed(Exception):
    """The server died, hung, or refused what was asked."""


class Connection:
    """A server process and its newline-delimited JSON-RPC pipe; a context manager.

    Raises:
        ServerFailed: from every method that waits for an answer.
    """

    def __init__(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], era: Era
    ) -> None:
        self._era = era
        self._pending = b""
        self._next_id = 0
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            bufsize=0,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        for pipe in (self._process.stdout, self._stderr):
            if pipe is not None:
                pipe.close()

    def since_spawn_ms(self) -> float:
        """How long ago the process was started."""
        return (time.perf_counter() - self._started) * 1e3

    def shake_hands(self) -> None:
        """`initialize`, or `server/discover` in the modern era."""
        if self._era == "modern":
            self.request("server/discover", {})
            return
        hello = {
            "protocolVersion": PROTOCOLS["legacy"],
            "capabilities": {},
            "clientInfo": _CLIENT,
        }
        self.request("initialize", hello)

    def list_tools(self) -> None:
        """The first page of the tools; in the legacy era the handshake is completed first."""
        if self._era == "legacy":
            self._send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        self.request("tools/list", {})

    def call(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """Call the tool; an answer that reports an error is a ServerFailed."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        if result.get("isError"):
            raise ServerFailed(f"{tool}: {json.dumps(result['content'])[:300]}")

    def request(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The result of one request."""
        self._next_id += 1
        message = {"jsonrpc": "2.0", "id": self._next_id, "method": method}
        self._send(json.dumps({**message, "params": {**params, **self._meta()}}).encode() + b"\n")
        answer = self._answer_to(self._next_id)
        if "error" in answer:
            raise ServerFailed(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _meta(self) -> dict[str, Any]:
        """In the modern era every request introduces its client again."""
        if self._era == "legacy":
            return {}
        meta = {"protocolVersion": PROTOCOLS["modern"], "clientInfo": _CLIENT}
        meta["clientCapabilities"] = {}
        return {"_meta": {f"io.modelcontextprotocol/{key}": value for key, value in meta.items()}}

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        try:
            while line:
                line = line[os.write(self._process.stdin.fileno(), line) :]
        except BrokenPipeError:
            raise ServerFailed(f"closed its stdin; {self._last_words()}") from None

    def _answer_to(self, request_id: int) -> dict[str, Any]:
        """Notifications and requests of the server are skipped."""
        while True:
            line = self._read_line()
            try:
                message: dict[str, Any] = json.loads(line)
            except ValueError:
                raise ServerFailed(f"wrote no JSON-RPC to stdout: {line[:120]!r}") from None
            if message.get("id") == request_id and "method" not in message:
                return message

    def _read_line(self) -> bytes:
        assert self._process.stdout is not None
        fd = self._process.stdout.fileno()
        while b"\n" not in self._pending:
            if not select.select([fd], [], [], ANSWER_WITHIN_S)[0]:
                raise ServerFailed(f"silent for {ANSWER_WITHIN_S} s; {self._last_words()}")
            chunk = os.read(fd, 1 << 20)
            if not chunk:
                raise ServerFailed(f"ended with {self._process.wait()}; {self._last_words()}")
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def _last_words(self) -> str:
        self._stderr.seek(0)
        tail = self._stderr.read().decode(errors="replace").strip().splitlines()[-3:]
        return "stderr: " + (" / ".join(tail) or "(empty)")

    def _end(self) -> None:
        """Close its stdin, as a client does; then ask, then insist."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        for signum in (signal.SIGTERM, signal.SIGKILL):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDING_WITHIN_S)
                return
            os.killpg(self._process.pid, signum)
        self._process.wait()
