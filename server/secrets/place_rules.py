"""What is wrong with a place rather than with a text: rules without a form of their own."""

from typing import Final

from server.secrets.rule import Rule


def _rule(rule_id: str, title: str, service: str = "generic") -> Rule:
    return Rule(id=rule_id, title=title, service=service, forms=(), severity="warning")


REMOTE_PASSWORD: Final = _rule("git-remote-password", "A password in the address of a git remote")
EXTRA_HEADER: Final = _rule("git-extra-header", "Credentials in an extra header of git")
CREDENTIAL_STORE: Final = _rule("git-credential-store", "git keeps passwords in a plain file")
MCP_LITERAL: Final = _rule("mcp-literal", "A secret written into an assistant's configuration")
MCP_ARGUMENT: Final = _rule("mcp-argument", "A secret in a command line, which others can list")
MCP_PLAIN_HTTP: Final = _rule("mcp-plain-http", "A remote MCP server without encryption")
MCP_UNPINNED: Final = _rule("mcp-unpinned", "An MCP server's package without a version")
ENV_TRACKED: Final = _rule("env-tracked", "A .env file that git keeps")
ENV_NOT_IGNORED: Final = _rule("env-not-ignored", "A .env file that git would add")
ENV_IN_IMAGE: Final = _rule("env-in-image", "A .env file that a Docker build copies")
OPEN_PERMISSIONS: Final = _rule("open-permissions", "A file of secrets that others may read")
OTHERS_MAY_REPLACE: Final = _rule(
    "open-folder", "A file of secrets in a folder in which others may write"
)

PLACE_RULES: Final = (
    REMOTE_PASSWORD,
    EXTRA_HEADER,
    CREDENTIAL_STORE,
    MCP_LITERAL,
    MCP_ARGUMENT,
    MCP_PLAIN_HTTP,
    MCP_UNPINNED,
    ENV_TRACKED,
    ENV_NOT_IGNORED,
    ENV_IN_IMAGE,
    OPEN_PERMISSIONS,
    OTHERS_MAY_REPLACE,
)
