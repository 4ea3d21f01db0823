"""The names that are looked at although a .gitignore leaves them out."""

import re
from typing import Final

MCP_CONFIGURATIONS: Final = (
    ".mcp.json",
    "mcp.json",
    ".cursor/mcp.json",
    ".vscode/mcp.json",
    ".vscode/settings.json",
    ".continue/config.json",
    ".continue/config.yaml",
    ".continue/config.yml",
    ".gemini/settings.json",
    ".codex/config.toml",
    ".roo/mcp.json",
    ".zed/settings.json",
    "opencode.json",
    "claude_desktop_config.json",
    ".claude/settings.json",
    ".claude/settings.local.json",
)
"""Where assistants keep the servers of a project, from its top on."""

_FOLDERS: Final = frozenset({"log", "logs", "mcpServers"})
"""Every file in such a folder is looked at."""

_LOG: Final = re.compile(r"\.log(\.\d+)?$|\.log\.|^npm-debug|^yarn-error", re.IGNORECASE)


def always_scanned(path: str, name: str) -> bool:
    """Whether the file is a .env, a log or an assistant's configuration; `/` parts the path."""
    if name.startswith(".env") or _LOG.search(name):
        return True
    if not _FOLDERS.isdisjoint(path.split("/")[:-1]):
        return True
    return is_mcp_configuration(path)


def is_mcp_configuration(path: str) -> bool:
    """Whether an assistant would read its servers there, in whatever project of the tree."""
    return f"/{path}".endswith(tuple(f"/{each}" for each in MCP_CONFIGURATIONS)) or (
        "/.continue/mcpServers/" in f"/{path}"
    )
