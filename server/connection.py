"""Which workspace a configuration means, and what may be told of its token."""

from typing import Final

from playbooks.desk import Connection, DatabaseSetting, TokenShape, TokenView
from server.settings import Configuration, database_settings, token_fingerprint


def connection_of(configuration: Configuration) -> Connection:
    """Which workspace is meant: the one chosen, else Notion with a token, else the sample."""
    settings = configuration.settings
    chosen_embedded = settings.workspace == "embedded"
    has_token = configuration.has_token
    meant = not chosen_embedded and (has_token or configuration.names_a_workspace)
    return Connection(
        workspace="Notion" if meant else "sample workspace",
        token=_token_view(configuration, meant=meant),
        chosen=meant or chosen_embedded,
        expected_workspace_id=settings.notion_workspace_id if meant else None,
        read_only=settings.read_only,
        databases={
            key: DatabaseSetting(section.id, section.ours, section.properties, section.statuses)
            for key, section in database_settings(settings).items()
        },
    )


def _token_view(configuration: Configuration, *, meant: bool) -> TokenView:
    has_token = configuration.has_token
    if not meant:
        return TokenView("sample workspace", ignored=has_token)
    token = configuration.settings.notion_api_token
    if not has_token or token is None:
        return TokenView("none", lost=True)
    secret = token.get_secret_value()
    return TokenView(configuration.token_origin, _shape(secret), _masked(secret))


def _shape(token: str) -> TokenShape:
    """The published forms, in all 50 characters long (reference/notion-api.md, 1.9)."""
    if token.startswith("ntn_") and len(token) == _TOKEN_LENGTH and token[4:].isalnum():
        return "ntn_"
    if token.startswith("secret_") and len(token) == _TOKEN_LENGTH and token[7:].isalnum():
        return "secret_"
    return "unknown"


_TOKEN_LENGTH: Final = 50
_SHORT: Final = 20
"""Of shorter secrets not even the last characters are shown."""


def _masked(token: str) -> str:
    ending = f" ending in {token[-4:]}" if len(token) >= _SHORT else ""
    return f"{len(token)} characters{ending}, fingerprint {token_fingerprint(token)}"
