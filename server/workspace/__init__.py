"""The embedded workspace: Notion's REST API served from one SQLite file."""
