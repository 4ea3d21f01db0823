"""What Alembic runs: the revisions, on the connection that upgrade() holds."""

from alembic import context
from sqlalchemy import Connection

from server.store.schema import metadata

connection: Connection | None = context.config.attributes.get("connection")
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
