"""The client of the Notion API: wire, client, property codec."""
