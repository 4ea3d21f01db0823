"""Real tasks from a CSV file into a database of the workspace, through the API of Notion."""
