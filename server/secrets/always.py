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

USER_CONFIGURATIONS: Final = (
    ".claude.json",
    ".claude/settings.json",
    ".codeium/windsurf/mcp_config.json",
    ".codex/config.toml",
    ".continue/config.json",
    ".continue/config.yaml",
    ".cursor/mcp.json",
    ".gemini/settings.json",
    ".config/Claude/claude_desktop_config.json",
    ".config/Code/User/mcp.json",
    ".config/Code/User/settings.json",
    ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
    ".config/opencode/opencode.json",
    ".config/zed/settings.json",
    "AppData/Roaming/Claude/claude_desktop_config.json",
    "AppData/Roaming/Code/User/mcp.json",
    "AppData/Roaming/Code/User/settings.json",
    "Library/Application Support/Claude/claude_desktop_config.json",
    "Library/Application Support/Code/User/mcp.json",
    "Library/Application Support/Code/User/settings.json",
)
"""Where assistants keep the servers of a user, from the home directory on."""

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
