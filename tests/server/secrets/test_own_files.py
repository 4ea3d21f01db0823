"""Assistants' configurations, .env files and permissions."""

import json
import os
from functools import partial
from pathlib import Path

import pytest

from server.secrets.found import HITS_LIMIT
from server.secrets.git_config import config_concerns
from server.secrets.mcp_configs import concerns
from tests.server.secrets.planting import Git, Planter, Scanner, of_rule, paths, reasons

WORD = "s3cr3t-" + "made-up-value"


def rules(name: str, text: str) -> list[str]:
    return [each.rule.id for each in concerns(name, text.encode())]


def server(**entry: object) -> str:
    return json.dumps({"mcpServers": {"notion": entry}})


@pytest.mark.parametrize(("text", "expected"), [
    pytest.param(server(env={"API_TOKEN": WORD}), ["mcp-literal"], id="literal-in-env"),
    pytest.param(server(headers={"Authorization": f"Bearer {WORD}"}), ["mcp-literal"], id="header"),
    pytest.param(server(env={"API_TOKEN": "${env:API_TOKEN}"}), [], id="environment"),
    pytest.param(server(env={"API_TOKEN": "${input:token}"}), [], id="input"),
    pytest.param(server(env={"API_TOKEN": "${{ secrets.TOKEN }}"}), [], id="continue-secret"),
    pytest.param(server(headers={"Authorization": "Bearer ${TOKEN}"}), [], id="header-reference"),
    pytest.param(server(env={"API_TOKEN": "op://vault/notion/token"}), [], id="one-password"),
    pytest.param(server(env={"API_TOKEN": "your-token-here"}), [], id="placeholder"),
    pytest.param(server(env={"LOG_LEVEL": "information"}), [], id="no-secret-by-name"),
    pytest.param(server(env={"TOKEN_FILE": "/etc/secrets/token"}), [], id="a-path"),
    pytest.param(server(command="x", args=["--token", WORD]), ["mcp-argument"], id="argument"),
    pytest.param(server(command="x", args=[f"--api-key={WORD}"]), ["mcp-argument"], id="assigned"),
    pytest.param(server(command="docker", args=["-e", f"TOKEN={WORD}"]), ["mcp-argument"], id="-e"),
    pytest.param(server(command="x", args=["--token", "${env:T}"]), [], id="argument-reference"),
    pytest.param(server(url="http://example.org/mcp"), ["mcp-plain-http"], id="plain-http"),
    pytest.param(server(url="http://localhost:8000/mcp"), [], id="local-http"),
    pytest.param(server(url="https://example.org/mcp"), [], id="https"),
    pytest.param(server(command="npx", args=["-y", "some-mcp"]), ["mcp-unpinned"], id="unpinned"),
    pytest.param(server(command="npx", args=["-y", "@a/b"]), ["mcp-unpinned"], id="scoped"),
    pytest.param(server(command="npx", args=["-y", "@a/b@latest"]), ["mcp-unpinned"], id="latest"),
    pytest.param(server(command="npx", args=["-y", "@a/b@1.2.3"]), [], id="pinned"),
    pytest.param(server(command="uvx", args=["notion-playbooks==0.1"]), [], id="pinned-python"),
    pytest.param('{"mcpServers": ["x", 3, null], "servers": 3}', [], id="odd-shapes"),
    pytest.param("[" * 50_000, [], id="deep"),
    pytest.param("{", [], id="no-json"),
])  # fmt: skip
def test_an_entry_is_judged_by_what_it_gives_away(text: str, expected: list[str]) -> None:
    assert rules("mcp.json", text) == expected


@pytest.mark.parametrize(("name", "text"), [
    pytest.param(".mcp.json", '"\\' * 200_000, id="strings-not-closed"),
    pytest.param(".mcp.json", "/*" * 200_000, id="comments-not-closed"),
    pytest.param(".mcp.json", "," * 200_000, id="commas"),
    pytest.param(".continue/config.yaml", "-" * 400_000, id="dashes"),
    pytest.param(".continue/config.yaml", "- " * 200_000, id="items"),
    pytest.param(".git/config", "\n" * 400_000, id="lines"),
    pytest.param(".git/config", "extraheader = " + "key" * 100_000, id="headers"),
])  # fmt: skip
def test_a_hostile_configuration_is_gone_over_once(name: str, text: str) -> None:
    """Over more than once it would take minutes, which the suite does not allow."""
    judge = config_concerns if name == ".git/config" else partial(concerns, name)

    assert list(judge(text.encode())) == []


def test_of_many_concerns_so_many_are_told_and_that_there_are_more(
    tmp_path: Path, scan: Scanner
) -> None:
    text = server(env={f"TOKEN_{number}": f"{WORD}-{number}" for number in range(1500)})
    (tmp_path / ".mcp.json").write_text(text)

    scanned = scan(tmp_path)

    assert len(of_rule(scanned, "mcp-literal")) == HITS_LIMIT
    assert reasons(scanned) == {"more hits": 1}


@pytest.mark.parametrize(("name", "text"), [
    pytest.param(".vscode/settings.json", f"""{{
        // a comment with "quotes"
        "mcp": {{ "servers": {{ "a": {{ "env": {{ "KEY": "{WORD}", /* x */ }}, }}, }} }},
    }}""", id="json-with-comments"),
    pytest.param(".codex/config.toml", f'[mcp_servers.a.env]\nTOKEN = "{WORD}"\n', id="toml"),
    pytest.param(".continue/config.yaml", f"mcpServers:\n - env:\n    TOKEN: {WORD}\n", id="yaml"),
    pytest.param(".continue/config.json", f"""{{"experimental": {{"mcpServers":
        [{{"env": {{"SECRET": "{WORD}"}}}}]}}}}""", id="list-of-servers"),
])  # fmt: skip
def test_each_format_of_an_assistant_is_read(name: str, text: str) -> None:
    assert rules(name, text) == ["mcp-literal"]


def test_a_token_is_told_once_at_its_line_and_an_escaped_header_too(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    header = json.dumps({"Authorization": f"Bearer {planter.secret()}"})
    env = {"OPENAPI_MCP_HEADERS": header, "NOTION_TOKEN": planter.secret(), "PASSWORD": WORD}
    planter.planted.append(WORD)
    (tmp_path / ".cursor").mkdir()
    text = json.dumps({"mcpServers": {"notion": {"env": env}}}, indent=1)
    (tmp_path / ".cursor" / "mcp.json").write_text(text)

    found = scan(tmp_path).found

    told = [(each.rule, each.line) for each in found if each.rule != "open-permissions"]
    assert told == [("mcp-literal", 7), ("notion-token", 5), ("notion-token", 6)]
    assert set(paths(found)) == {".cursor/mcp.json"}


def test_the_assistants_of_the_user_are_looked_at_by_choice(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    project.mkdir()
    home.mkdir()
    (home / ".claude.json").write_text(server(env={"NOTION_TOKEN": planter.secret()}))

    assert scan(project).found == ()
    assert paths(of_rule(scan(project, user_home=home))) == ["~/.claude.json"]


def test_a_env_that_git_keeps_or_would_add_is_told(git: Git, scan: Scanner) -> None:
    git.commit(".gitignore", "ignored/\n")
    git.commit(".env", "A=b\n")
    git.commit(".env.example", "A=\n")
    for name in ("ignored/.env", "deep/.env.local"):
        (git.worktree / name).parent.mkdir()
        (git.worktree / name).write_text("A=b\n")

    scanned = scan(git.worktree)

    assert paths(of_rule(scanned, "env-tracked")) == [".env"]
    assert paths(of_rule(scanned, "env-not-ignored")) == ["deep/.env.local"]


@pytest.mark.parametrize(("build", "ignored", "told"), [
    pytest.param("FROM x\nCOPY . /app\n", "", [".env"], id="copied"),
    pytest.param("FROM x\nCOPY --chown=a . .\n", "*.md\n", [".env"], id="not-ignored"),
    pytest.param("FROM x\nCOPY . /app\n", ".env*\n", [], id="ignored"),
    pytest.param("FROM x\nCOPY src /app\n", "", [], id="only-a-folder"),
])  # fmt: skip
def test_a_env_that_a_docker_build_copies_is_told(
    tmp_path: Path, scan: Scanner, build: str, ignored: str, told: list[str]
) -> None:
    (tmp_path / ".env").write_text("A=b\n")
    (tmp_path / "Dockerfile").write_text(build)
    (tmp_path / ".dockerignore").write_text(ignored)

    assert paths(of_rule(scan(tmp_path), "env-in-image")) == told


@pytest.mark.skipif(os.name != "posix", reason="modes tell nothing here")
@pytest.mark.parametrize(("mode", "folder_mode", "told"), [
    pytest.param(0o600, 0o755, set(), id="private"),
    pytest.param(0o644, 0o755, {"open-permissions"}, id="readable"),
    pytest.param(0o600, 0o777, {"open-folder"}, id="replaceable"),
    pytest.param(0o600, 0o1777, set(), id="sticky"),
])  # fmt: skip
def test_a_file_of_secrets_that_others_may_read_or_replace_is_told(
    tmp_path: Path, scan: Scanner, mode: int, folder_mode: int, told: set[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / ".env").touch(mode)
    (folder / ".env").chmod(mode)
    folder.chmod(folder_mode)

    assert {each.rule for each in scan(folder).found} == told
