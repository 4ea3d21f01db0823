"""What stands in the way of an import before its first write."""

from playbooks.errors import PlaybookError


class MapInvalid(PlaybookError):
    """The map does not say, or says wrongly, which column plays which role."""


class FileUnusable(PlaybookError):
    """The CSV file cannot be read as the map says."""


class TargetUnfit(PlaybookError):
    """The database to import into cannot take the tasks."""
