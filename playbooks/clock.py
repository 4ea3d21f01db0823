"""Time is passed in: a procedure never asks the machine."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present instant, always with a zone (UTC inside)."""
