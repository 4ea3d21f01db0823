"""The settings as a backup keeps them: every secret is a reference to where it came from."""

from collections.abc import Mapping
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from pydantic import SecretStr

from server.settings import Configuration

JSON: TypeAlias = dict[str, "JSON"] | list["JSON"] | str | float | int | bool | None

REFERENCE: Final = "secret_of"
"""What stands in a secret's place: the variable that holds it, by this key."""

_ALIASES: Final = {"PLAYBOOKS_NOTION_API_TOKEN": "NOTION_API_TOKEN"}
_MASK: Final = str(SecretStr("x"))


def told_settings(configuration: Configuration) -> Mapping[str, JSON]:
    """Every section that was set, by name; of secrets the variable's name alone."""
    settings = configuration.settings
    dumped: dict[str, JSON] = settings.model_dump(mode="json", exclude_unset=True)
    told = {name: _told(value, f"PLAYBOOKS_{name.upper()}") for name, value in dumped.items()}
    token = settings.notion_api_token
    secret = "" if token is None else token.get_secret_value()
    return {name: _without(value, secret) for name, value in told.items()} if secret else told


def _told(value: JSON, variable: str) -> JSON:
    match value:
        case dict():
            return {
                name: _told(each, f"{variable}__{name.upper()}") for name, each in value.items()
            }
        case list():
            return [_told(each, variable) for each in value]
        case str() if value == _MASK or _holds_password(value):
            return {REFERENCE: _ALIASES.get(variable, variable)}
        case _:
            return value


def secrets_of(told: JSON) -> frozenset[str]:
    """The variables that hold what the told settings only refer to."""
    match told:
        case {"secret_of": str(variable)}:
            return frozenset({variable})
        case dict():
            return frozenset(name for each in told.values() for name in secrets_of(each))
        case _:
            return frozenset()


def without_secrets(told: Mapping[str, JSON]) -> dict[str, JSON]:
    """What can stand in a file: no reference to a secret, and nothing that is null."""
    return {
        name: without_secrets(value) if isinstance(value, dict) else value
        for name, value in told.items()
        if value is not None and not (isinstance(value, dict) and REFERENCE in value)
    }


def _holds_password(value: str) -> bool:
    """An address such as postgresql://me:word@host."""
    try:
        return "://" in value and urlsplit(value).password is not None
    except ValueError:
        return True


def _without(told: JSON, token: str) -> JSON:
    """The same, should somebody have pasted the token where it does not belong."""
    match told:
        case dict():
            return {key.replace(token, "…"): _without(each, token) for key, each in told.items()}
        case list():
            return [_without(each, token) for each in told]
        case str():
            return told.replace(token, "…")
        case _:
            return told
