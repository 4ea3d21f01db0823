"""What we remember: runs and calls, in SQLite or PostgreSQL."""
