"""The revisions, one file each, counting up."""
