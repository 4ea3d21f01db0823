"""The approved access of each workspace, and what was found of tokens by their fingerprints."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "baselines",
        sa.Column("workspace_id", sa.String, primary_key=True),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "token_verdicts",
        sa.Column("fingerprint", sa.String, primary_key=True),
        sa.Column("life", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
