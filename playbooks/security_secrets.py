"""Secrets that were spotted, judged: severity = live x scope x exposure; one finding a secret."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from playbooks.report import Finding, Severity
from playbooks.security_places import REMEDIES
from playbooks.security_ports import Exposure, Life, Spotted
from playbooks.text import counted, listed, shown

PLACES_TOLD_COUNT: Final = 20
"""Of one secret; the count tells of the others."""

_RANK: Final[dict[Severity, int]] = {"critical": 0, "warning": 1, "info": 2}
_KEPT_APART: Final = ("env-tracked", "env-not-ignored", "env-in-image", "open-permissions")
"""What makes a .env more than the place where its owner keeps a secret."""


_HANDED_ON: Final = ("example", "sample", "template", "dist")
"""A .env of such a name is there for everybody."""


@dataclass(frozen=True, slots=True)
class Secret:
    """All places of one value (or one place that is wrong), worst first."""

    exposures: tuple[Exposure, ...]

    @property
    def head(self) -> Exposure:
        """The worst place."""
        return self.exposures[0]

    @property
    def open(self) -> tuple[Exposure, ...]:
        """The places that nobody accepted."""
        return tuple(each for each in self.exposures if not each.suppressed)

    @property
    def key(self) -> str:
        """What it is known by between runs."""
        spotted = self.head.spotted
        return f"{spotted.rule}.{spotted.fingerprint[:12]}"


def judged(spotted: Iterable[Spotted], lives: Mapping[str, Life]) -> tuple[Secret, ...]:
    """The secrets, worst first, each place once."""
    every = list(dict.fromkeys(spotted))
    told_of = {(each.rule, each.where) for each in every if each.tier == "place"}
    by_value: dict[tuple[str, str], list[Exposure]] = defaultdict(list)
    for each in every:
        life = lives.get(each.fingerprint, "not asked")
        by_value[each.rule, each.fingerprint].append(_exposure(each, life, told_of))
    secrets = [Secret(tuple(sorted(places, key=_order))) for places in by_value.values()]
    return tuple(sorted(secrets, key=lambda each: (*_order(each.head), each.key)))


def _order(exposure: Exposure) -> tuple[bool, int, str, int, int]:
    spotted = exposure.spotted
    rank = _RANK[exposure.severity]
    return (exposure.suppressed, rank, spotted.where, spotted.line, spotted.column)


def _exposure(spotted: Spotted, life: Life, told_of: set[tuple[str, str]]) -> Exposure:
    suppressed = spotted.allowed and life != "live"
    return Exposure(spotted, _severity(spotted, life, told_of), life, suppressed)


def _severity(spotted: Spotted, life: Life, told_of: set[tuple[str, str]]) -> Severity:
    """Live is critical, dead informs; else as its kind, more on the web, less in a private .env."""
    match life:
        case "live":
            return "critical"
        case "dead":
            return "info"
        case "unknown" | "not asked":
            pass
    if spotted.tier == "generic" or spotted.severity == "info":
        return "info"
    if spotted.public:
        return "critical"
    return "warning" if _is_kept_private(spotted, told_of) else spotted.severity


def _is_kept_private(spotted: Spotted, told_of: set[tuple[str, str]]) -> bool:
    """Whether it stands in a .env that only its owner reads and git leaves out."""
    name = spotted.where.rsplit("/", 1)[-1]
    if spotted.origin != "file" or not name.startswith(".env") or spotted.severity == "info":
        return False
    if any(word in name for word in _HANDED_ON):
        return False
    return not any((rule, spotted.where) in told_of for rule in _KEPT_APART)


def findings_of(
    secrets: Sequence[Secret], seen: Mapping[str, datetime], now: datetime
) -> list[Finding]:
    """A finding for each; long steps are told once, at the first that they are for."""
    told: dict[str, str] = {}
    found: list[Finding] = []
    for secret in secrets:
        finding = _finding(secret, seen, now)
        first = told.setdefault(finding.remedy, finding.id)
        if first != finding.id:
            finding = finding.model_copy(update={"remedy": f"As for {first}."})
        found.append(finding)
    return found


def _finding(secret: Secret, seen: Mapping[str, datetime], now: datetime) -> Finding:
    """The secret as a report tells it: never its value."""
    head = secret.head.spotted
    places = secret.open or secret.exposures
    evidence = [place_of(each) for each in places[:PLACES_TOLD_COUNT]]
    if len(places) > PLACES_TOLD_COUNT:
        evidence.append(f"and {counted(len(places) - PLACES_TOLD_COUNT, 'more place')}")
    since = seen.get(secret.key)
    if since is not None and since < now:
        evidence.append(f"seen since {since:%Y-%m-%d %H:%M} UTC")
    return Finding(
        id=f"security_scan.{secret.key}",
        severity=secret.head.severity,
        what=f"{head.title}{_known_by(secret)}: {_where(secret)}",
        evidence=tuple(evidence),
        remedy=remedy_of(head),
        confidence="possible" if head.tier == "generic" else "certain",
    )


def remedy_of(spotted: Spotted) -> str:
    """What to do about it: at the place, or with the service that gave the secret."""
    return REMEDIES.get(spotted.rule) or " ".join(spotted.rotation)


def _known_by(secret: Secret) -> str:
    head = secret.head.spotted
    if head.tier == "place" and not head.length:
        return ""
    ending = f", ending in {shown(head.last4)}" if head.last4 else ""
    life = {"live": ", live", "dead": ", dead", "unknown": ", not known whether live"}
    return f"{ending}, {head.length} characters{life.get(secret.head.life, '')}"


def _where(secret: Secret) -> str:
    """Where it stands, by kind of place, and what makes it worse."""
    places = secret.open or secret.exposures
    kinds = list(dict.fromkeys(each.spotted.origin for each in places))
    public = ", on the public web" if any(each.spotted.public for each in places) else ""
    return f"in {counted(len(places), 'place')} ({listed(kinds)}){public}"


def place_of(exposure: Exposure) -> str:
    """A place in one line; paths and names are foreign text."""
    spotted = exposure.spotted
    position = f":{spotted.line}:{spotted.column}" if spotted.line else ""
    where = shown(spotted.where, 200)
    commit = f" in commit {spotted.commit[:12]}" if spotted.commit else ""
    page = f" of https://www.notion.so/{plain(spotted.page_id)}" if spotted.page_id else ""
    return f"{spotted.origin}: {where}{position}{commit}{page}"


def plain(page_id: str) -> str:
    """An id as addresses have it."""
    return page_id.replace("-", "")


def counted_of(secrets: Sequence[Secret], life: Life) -> int:
    """How many distinct secrets are so."""
    return sum(each.head.life == life for each in secrets)
