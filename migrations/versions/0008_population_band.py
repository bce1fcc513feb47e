"""The population band of the municipality that somebody works in"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("population", sa.String(length=20), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("users", "population")
