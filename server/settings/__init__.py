"""The configuration: the only place that reads the environment.

Secrets come from the environment or `.env`, the rest from one `playbooks.toml`: the one named by
`--config`, by PLAYBOOKS_CONFIG, in the working directory, or in the user's configuration
directory. PLAYBOOKS_<SECTION>__<KEY> overrides a key. What must not be steered by the project an
assistant has open (`[notion]`, `[store]`, `[approval]`, `[backups]`, `[security]`) is read from the
user's own file alone.
"""

from server.settings.model import Settings
from server.settings.reading import (
    Configuration,
    database_settings,
    read_configuration,
    token_fingerprint,
    user_file,
)

__all__ = [
    "Configuration",
    "Settings",
    "database_settings",
    "read_configuration",
    "token_fingerprint",
    "user_file",
]
