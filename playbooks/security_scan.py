"""Security monitoring: exposed keys, unauthorised access, data leakage, escalation (P22).

A secret is told by its rule, place and fingerprint, never by its value. What was not looked at is
unknown, never ok.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from playbooks.desk import Desk, silent
from playbooks.errors import NotionError, PlaybookError, StoreUnusable
from playbooks.planning import attributed
from playbooks.ports import Progress
from playbooks.render import summarise
from playbooks.report import Coverage, Finding, Report, judge
from playbooks.runs import keep
from playbooks.security_access import AccessChange, differences
from playbooks.security_content import Looking
from playbooks.security_gates import Looked, access_findings, gates_of, is_place, unapproved_public
from playbooks.security_ports import Life, PathUnusable, SecretScanner, Spotted, Swept, Wish
from playbooks.security_reach import reach
from playbooks.security_secrets import (
    PLACES_TOLD_COUNT,
    Secret,
    counted_of,
    findings_of,
    judged,
    place_of,
)
from playbooks.text import counted

PROCEDURE: Final = "security_scan"

SECRETS_TOLD_COUNT: Final = 50
"""So many are told one by one, the worst first; the rest is counted."""

_ASKABLE: Final = frozenset(("notion-token", "notion-secret"))


async def security_scan(
    desk: Desk, wish: Wish | None = None, *, notion: bool = False, progress: Progress = silent
) -> Report:
    """One report on the four checks; changes nothing. `notion` reads its content live, too.

    Raises:
        ConfigurationInvalid: the configuration has mistakes.
        PathUnusable: the path is not there, or lies where this server may not look.
    """
    desk.require_configuration()
    now, run_id, wanted = desk.clock(), desk.new_run_id(), wish or Wish()
    if desk.scanner is None:
        raise PathUnusable("This server has no scanner.", remedy="health_check tells why.")
    asking = attributed(desk, PROCEDURE, run_id)
    looked = Looked(
        tree=await desk.scanner.tree(wanted, progress),
        own=await desk.scanner.own_files(),
        history=wanted.history,
        live=notion,
    )
    await _look_at_access(asking, looked, progress)
    await _look_at_content(asking, desk.scanner, looked, wanted, progress)
    spotted = _spotted(looked)
    lives = await _lives(desk, spotted)
    looked.secrets = judged(spotted, lives)
    report = await _report(desk, run_id, now, looked)
    desk.note_exposures([each for secret in looked.secrets for each in secret.exposures])
    await keep(desk, report)
    return report


async def _look_at_access(desk: Desk, looked: Looked, progress: Progress) -> None:
    if desk.access is None or desk.security is None:
        if desk.unreachable is not None:
            looked.failures["reach"] = looked.failures["content"] = desk.unreachable.problem
        return
    try:
        looked.reach = await reach(desk, desk.access, desk.security, progress=progress)
    except (NotionError, StoreUnusable) as error:
        looked.failures["reach"] = error.problem
        return
    if looked.reach.before is not None:
        looked.changes = differences(looked.reach.before, looked.reach.now)


async def _look_at_content(
    desk: Desk, scanner: SecretScanner, looked: Looked, wish: Wish, progress: Progress
) -> None:
    if desk.mirror is None:
        return
    public = {each.id for each in looked.reach.seen.things if each.public} if looked.reach else ()
    looking = Looking(
        desk,
        scanner,
        public_ids=frozenset(public),
        live=looked.live,
        generic=wish.generic,
        progress=progress,
    )
    try:
        looked.content = await looking.look()
    except PlaybookError as error:
        looked.failures["content"] = error.problem


def _spotted(looked: Looked) -> list[Spotted]:
    content = looked.content.spotted if looked.content else []
    return [*looked.tree.spotted, *looked.own.spotted, *content]


async def _lives(desk: Desk, spotted: Sequence[Spotted]) -> Mapping[str, Life]:
    """What is known of each token: found earlier, or asked now where somebody switched it on."""
    marks = [each.fingerprint for each in spotted if each.rule in _ASKABLE]
    if desk.liveness is None or not marks:
        return {}
    return await desk.liveness.of(marks)


async def _report(desk: Desk, run_id: str, now: datetime, looked: Looked) -> Report:
    gates = tuple(gates_of(desk, looked))
    findings = tuple(sorted(await _findings(desk, looked, now), key=_rank))
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status=judge(gates, findings),
        headline=_headline(looked),
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=now,
        age_s=0,
        source="live",
        coverage=_coverage(looked),
        gates=gates,
        measurements=_measurements(desk, looked),
        findings=findings,
        next_actions=tuple(_next_actions(desk, looked))[:3],
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})


def _rank(finding: Finding) -> int:
    return ("critical", "warning", "info").index(finding.severity)


async def _findings(desk: Desk, looked: Looked, now: datetime) -> list[Finding]:
    open_ = [each for each in looked.secrets if each.open]
    complete = all(each.complete for each in (looked.tree, looked.own))
    seen = await _since(desk, "secrets", [each.key for each in open_], now, complete=complete)
    told = findings_of(open_[:SECRETS_TOLD_COUNT], seen, now)
    found = [*told, *_not_told(open_[SECRETS_TOLD_COUNT:]), *_accepted(looked.secrets)]
    keys = [each.key for each in looked.changes]
    whole = looked.reach is not None and not looked.reach.seen.gaps
    changed = await _since(desk, "access", keys, now, complete=whole)
    found += [_of_change(each, changed.get(each.key)) for each in looked.changes]
    return [*found, *access_findings(desk, looked)]


async def _since(
    desk: Desk, what: str, keys: Sequence[str], now: datetime, *, complete: bool
) -> Mapping[str, datetime]:
    """When each was first seen; nothing where nothing can be remembered."""
    if desk.book is None:
        return {}
    try:
        return await desk.book.saw(f"{PROCEDURE}.{what}", keys, now, complete=complete)
    except StoreUnusable:
        return {}


def _of_change(change: AccessChange, since: datetime | None) -> Finding:
    told = () if since is None else (f"first seen {since:%Y-%m-%d %H:%M} UTC",)
    return Finding(
        id=f"{PROCEDURE}.access.{change.key}",
        severity=change.severity,
        what=change.says,
        evidence=told,
        remedy=change.remedy,
    )


def _not_told(rest: Sequence[Secret]) -> Iterator[Finding]:
    if rest:
        yield Finding(
            id=f"{PROCEDURE}.more",
            severity=rest[0].head.severity,
            what=f"{len(rest)} more, none of them worse than those told",
            remedy="Deal with the first ones, or scan a smaller part with path.",
        )


def _accepted(secrets: Sequence[Secret]) -> Iterator[Finding]:
    """What comments and baselines of the project accept is counted and named, and does not vote."""
    places = [each for secret in secrets for each in secret.exposures if each.suppressed]
    if places:
        evidence = [f"{each.spotted.title}, {place_of(each)}" for each in places]
        yield Finding(
            id=f"{PROCEDURE}.accepted",
            severity="info",
            what=f"{counted(len(places), 'place')} accepted by comments or baselines of a project",
            evidence=tuple(evidence[:PLACES_TOLD_COUNT]),
        )


def _headline(looked: Looked) -> str:
    secrets = [each for each in _values(looked) if each.head.spotted.tier != "generic"]
    live = counted_of(secrets, "live")
    keys = counted(len(secrets), "exposed secret") if secrets else "No exposed secret"
    keys += f", {live} of them live" if live else ""
    access = f", {counted(len(looked.changes), 'change')} of access" if looked.changes else ""
    return f"{keys} in {counted(looked.tree.files_count, 'file')}{access}."


def _values(looked: Looked) -> list[Secret]:
    """The secrets with a value that nobody accepted."""
    return [each for each in looked.secrets if each.open and not is_place(each)]


def _coverage(looked: Looked) -> Coverage:
    seen = looked.content.objects_count if looked.content else 0
    swept: tuple[Swept, ...] = (looked.tree, looked.own)
    scanned = sum(each.files_count + each.objects_count for each in swept) + seen
    gaps = bool(looked.failures)
    if looked.content is not None and looked.live:
        content = looked.content
        gaps |= bool(content.gaps or content.unread_count or content.unheard_count)
    complete = all(each.complete for each in swept) and not gaps
    return Coverage(scanned=scanned, total=scanned if complete else None, complete=complete)


def _measurements(desk: Desk, looked: Looked) -> dict[str, float | int | str | None]:
    values, content, tree = _values(looked), looked.content, looked.tree
    tokens = [each for each in values if each.head.spotted.tier != "generic"]
    found = looked.reach
    known = _asks(desk) or any(each.head.life != "not asked" for each in tokens)
    return {
        "files_scanned_count": tree.files_count,
        "bytes_scanned": tree.bytes,
        "commits_scanned_count": tree.commits_count,
        "git_objects_scanned_count": tree.objects_count,
        "own_files_scanned_count": looked.own.files_count,
        "notion_objects_scanned_count": content.objects_count if content else 0,
        "notion_pages_unread_count": content.unread_count if content else None,
        "secrets_found_count": len(tokens),
        "secrets_live_count": counted_of(tokens, "live") if known else None,
        "secrets_dead_count": counted_of(tokens, "dead") if known else None,
        "secret_places_count": sum(len(each.open) for each in tokens),
        "secrets_accepted_count": sum(not each.open for each in looked.secrets),
        "generic_found_count": len(values) - len(tokens),
        "files_left_out_count": sum(
            each.count for swept in (tree, looked.own) for each in swept.left_out
        ),
        "things_reached_count": len(found.seen.things) if found else None,
        "public_unapproved_count": len(unapproved_public(found)) if found else None,
        "access_changes_count": (
            len(looked.changes) if found and found.before is not None else None
        ),
    }


def _asks(desk: Desk) -> bool:
    return desk.liveness is not None and desk.liveness.asks


def _next_actions(desk: Desk, looked: Looked) -> Iterator[str]:
    tokens = any(each.head.spotted.rule in _ASKABLE for each in _values(looked))
    if tokens and not _asks(desk):
        yield (
            "the user can run `notion-playbooks call security_scan --verify` in a shell: it asks"
            " Notion which of its tokens are live"
        )
    if looked.reach is not None and looked.reach.before is None:
        yield "plan_change(kind='baseline') proposes today's access as approved"
    if looked.content is not None and not looked.live:
        yield "security_scan(notion=true) looks through Notion's pages, too"
    if looked.failures:
        yield "health_check says what is wrong with access, token or service"
    if not looked.history:
        yield "security_scan(history=true) looks through the git history"
