"""Notion's own."""

from typing import Final

from server.secrets.rule import Rule

NOTION: Final = (
    Rule(
        "notion-token",
        "Notion API token",
        "notion",
        ("ntn_{d11}{A35}",),
        entropy_bits=3.5,
        open_front=True,
    ),
    Rule(
        "notion-secret",
        "Notion API token or OAuth client secret, older form",
        "notion",
        ("secret_{A43}",),
        entropy_bits=3.5,
        open_front=True,
    ),
    Rule(
        "notion-session",
        "Notion session cookie (token_v2)",
        "notion-session",
        (
            "v0(2|3)(%3A|:)user_token_or_cookies(%3A|:){W40-400}",
            "token_v2{assign}<{h90-200}>",
        ),
        open_front=True,
    ),
)
