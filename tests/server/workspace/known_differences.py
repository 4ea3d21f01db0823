"""Recorded exchanges whose answers are known to differ from ours, and why."""

from collections.abc import Mapping, Sequence
from typing import Final

DIFFERING: Final[Mapping[str, Mapping[str, Sequence[int]]]] = {
    "views are not served": {
        "test_views_create": (3, 4),
        "test_views_delete": (3, 4),
        "test_views_list": (2,),
        "test_views_queries_create": (3, 4, 5),
        "test_views_queries_delete": (3, 4, 5, 6),
        "test_views_queries_results": (3, 4, 5, 6),
        "test_views_retrieve": (3, 4, 5),
        "test_views_update": (3, 4, 5),
    },
    "file uploads are not served": {
        "test_file_uploads_create": (0,),
        "test_file_uploads_create_external": (0,),
        "test_file_uploads_list": (0,),
        "test_file_uploads_list_with_pagination": (0, 1, 2),
        "test_file_uploads_list_with_start_cursor": (0, 1, 2, 3),
        "test_file_uploads_list_with_status_filter": (0, 1, 2),
        "test_file_uploads_retrieve": (0, 1, 2),
        "test_file_uploads_send": (0, 1),
    },
    "page markdown is not served": {
        "test_async_tasks_retrieve": (1, 2, 3),
        "test_pages_retrieve_markdown": (1,),
        "test_pages_update_markdown": (1, 2),
    },
    "custom emojis are not served": {
        "test_custom_emojis_list": (0,),
    },
}
"""By reason: stories, and the places in them of the exchanges that differ."""


def reasons() -> dict[str, str]:
    """By key of exchange why it differs."""
    return {
        f"{story}#{number}": reason
        for reason, stories in DIFFERING.items()
        for story, numbers in stories.items()
        for number in numbers
    }
