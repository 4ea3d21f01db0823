"""What a kind of secret is: its forms, how bad it is in the open, and whose it is."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning", "info"]
Tier = Literal["token", "generic"]
"""Tokens are known by their own form and vote; generic assignments only inform."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret.

    `forms` are written in the notation of `server.secrets.forms`. `service` names the steps of
    `server.secrets.rotation`. A value whose Shannon entropy is not above `entropy_bits` per
    character, or that holds one of `stops` (in any case), is a placeholder; `unlike` is a regular
    expression of whole matches that are no secrets, `mild` of those that only inform. `open_front`
    allows letters right before.
    """

    id: str
    title: str
    service: str
    forms: tuple[str, ...]
    severity: Severity = "critical"
    tier: Tier = "token"
    entropy_bits: float = 3.0
    stops: tuple[str, ...] = ()
    ignore_case: bool = False
    open_front: bool = False
    checksum: Literal["", "crc32-base62"] = ""
    unlike: str = ""
    mild: str = ""
