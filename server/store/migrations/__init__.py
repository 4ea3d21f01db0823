"""The steps from one schema version to the next; reached only when a store's stamp differs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from server.store.failures import Refused
from server.store.schema import SCHEMA_VERSION


def upgrade(connection: Connection) -> None:
    """Bring an older store to SCHEMA_VERSION inside the connection's transaction.

    Raises:
        Refused: when its stamp is none of this program's revisions.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, SCHEMA_VERSION)
    except CommandError as error:
        raise Refused("its schema version is not one of this program's") from error
