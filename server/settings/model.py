"""All settings together, and the order of where they come from."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from playbooks.bands import Bands
from server.settings.sections import (
    ApprovalSection,
    BackupsSection,
    ContractsSection,
    Databases,
    MirrorSection,
    NotionSection,
    SecuritySection,
    StoreSection,
    WorkSection,
)
from server.settings.variables import dotenv


class Settings(BaseSettings):
    """Everything that can be configured, with its defaults."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="PLAYBOOKS_",
        env_nested_delimiter="__",
    )

    notion_api_token: SecretStr | None = Field(default=None, validation_alias="NOTION_API_TOKEN")
    notion_workspace_id: str | None = Field(default=None, validation_alias="NOTION_WORKSPACE_ID")
    workspace: Literal["notion", "embedded"] | None = None
    read_only: bool = False
    databases: Databases = Databases()
    bands: Bands = Bands()
    store: StoreSection = StoreSection()
    notion: NotionSection = NotionSection()
    approval: ApprovalSection = ApprovalSection()
    backups: BackupsSection = BackupsSection()
    security: SecuritySection = SecuritySection()
    mirror: MirrorSection = MirrorSection()
    work: WorkSection = WorkSection()
    contracts: ContractsSection = ContractsSection()

    @field_validator("notion_api_token")
    @classmethod
    def _trimmed(cls, given: SecretStr | None) -> SecretStr | None:
        """A pasted token often brings a space or a line end along."""
        return None if given is None else SecretStr(given.get_secret_value().strip())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then `.env`, then the file (given as keywords)."""
        del dotenv_settings, file_secret_settings
        return env_settings, _Dotenv(settings_cls), init_settings


class _Dotenv(DotEnvSettingsSource):
    """Our own variables of `.env`; a project keeps many others there."""

    def _read_env_files(self) -> Mapping[str, str | None]:
        found, _ = dotenv()
        return {name.lower(): value for name, value in found.items()}
