"""Foreign documents of any shape: what is not of the kind that is asked for is empty."""

from typing import cast


def mapping(value: object) -> dict[str, object]:
    """The pairs of an object; none of anything else."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def elements(value: object) -> list[object]:
    """The elements of an array; none of anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []
