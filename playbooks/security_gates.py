"""The four checks of the playbook as gates: keys, access, leakage, permissions (P22)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from playbooks.desk import Desk
from playbooks.report import Finding, Gate, GateStatus, worst
from playbooks.security_access import AccessChange, roots, thing_in_words
from playbooks.security_content import Content
from playbooks.security_ports import Origin, Swept, Thing
from playbooks.security_reach import Reach
from playbooks.security_secrets import Secret
from playbooks.text import counted, listed, shown

KEYS: Final = "exposed keys"
ACCESS: Final = "access"
LEAKAGE: Final = "data leakage"
PERMISSIONS: Final = "escalation"

_FILES: Final[tuple[Origin, ...]] = ("file", "git", "configuration")
_NOTION: Final[tuple[Origin, ...]] = ("notion", "backup")
_HARMLESS: Final = frozenset({"link", "special"})
_OF_HISTORY: Final = frozenset(
    {"shallow clone", "partial clone", "missing from git", "repository above"}
)
_WRITES: Final = ("insert_content", "update_content", "insert_comments")


@dataclass(slots=True)
class Looked:
    """All that one scan looked at; None where it did not, with the reason under the part's name."""

    tree: Swept
    own: Swept
    history: bool
    live: bool
    content: Content | None = None
    reach: Reach | None = None
    changes: Sequence[AccessChange] = ()
    secrets: Sequence[Secret] = ()
    failures: dict[str, str] = field(default_factory=dict[str, str])


def gates_of(desk: Desk, looked: Looked) -> Iterator[Gate]:
    """Every gate, check by check."""
    yield _files(looked)
    yield _history(looked)
    yield _own_files(looked)
    yield _content(looked)
    yield _page_texts(looked)
    if looked.reach is None:
        yield from _without_reach(desk, looked)
    else:
        yield _public(looked.reach)
        yield _baseline(looked, looked.reach)
        yield _reach(desk, looked.reach)
        yield _capabilities(desk, looked.reach)
    yield _places(looked)


def _keys(looked: Looked, origins: Sequence[Origin]) -> list[Secret]:
    """The secrets of those places that nobody accepted."""
    return [
        each
        for each in looked.secrets
        if not is_place(each) and any(one.spotted.origin in origins for one in each.open)
    ]


def is_place(secret: Secret) -> bool:
    """Whether it is a place that is wrong, without a value of its own."""
    spotted = secret.head.spotted
    return spotted.tier == "place" and not spotted.length


def _voices(secrets: Sequence[Secret]) -> list[GateStatus]:
    return [each.head.severity for each in secrets if each.head.severity != "info"]


def _gate(name: str, secrets: Sequence[Secret], covered: str, lost: str) -> Gate:
    """Secrets vote; what was not looked at makes unknown what would be ok."""
    voting = _voices(secrets)
    if lost:
        voting.append("unknown")
    status = worst(voting)
    told = f"{counted(len(secrets), 'secret')} in {covered}" if secrets else f"none in {covered}"
    return Gate(name=name, status=status, reason="; ".join(each for each in (told, lost) if each))


def _files(looked: Looked) -> Gate:
    tree = looked.tree
    covered = f"{counted(tree.files_count, 'file')} ({tree.bytes / 1e6:.1f} MB)"
    return _gate(f"{KEYS}: files", _keys(looked, _FILES), covered, left_out(_of_files(tree)))


def _history(looked: Looked) -> Gate:
    name = f"{KEYS}: history"
    if not looked.history:
        return Gate(name=name, status="not_measured", reason="not asked for: history=true")
    if not looked.tree.objects_count and looked.tree.complete:
        return Gate(name=name, status="not_measured", reason="there is no git history")
    covered = f"{counted(looked.tree.commits_count, 'commit')}"
    return _gate(name, _keys(looked, ("history",)), covered, left_out(looked.tree))


def _own_files(looked: Looked) -> Gate:
    unread = looked.content.unread_backups if looked.content else []
    if not looked.own.files_count and looked.own.complete and not unread:
        name = f"{KEYS}: own files"
        return Gate(name=name, status="not_measured", reason="no store, log or backup is there yet")
    covered = f"{counted(looked.own.files_count, 'file')} of our own (store, logs, backups)"
    secrets = _keys(looked, ("own file",))
    lost = "; ".join(each for each in (left_out(looked.own), listed(unread)) if each)
    return _gate(f"{KEYS}: own files", secrets, covered, lost)


def _of_files(tree: Swept) -> Swept:
    """Without what the history alone lacks: the files are all there."""
    left = tuple(each for each in tree.left_out if each.reason not in _OF_HISTORY)
    lost = any(each.reason not in _HARMLESS for each in left)
    return replace(
        tree, left_out=left, complete=tree.complete or (left != tree.left_out and not lost)
    )


def left_out(swept: Swept) -> str:
    """What was not looked at although it might hold something, in one clause."""
    if swept.complete:
        return ""
    parts = [
        f"{each.count} {each.reason} ({listed([shown(one, 80) for one in each.examples], 2)})"
        for each in swept.left_out
        if each.reason not in _HARMLESS
    ]
    return f"not looked at: {listed(parts) if parts else 'what was left when it was ended'}"


def _content(looked: Looked) -> Gate:
    name, content = f"{LEAKAGE}: content", looked.content
    if content is None:
        return _missing(name, looked, "content")
    secrets = _keys(looked, _NOTION)
    covered = f"{counted(content.objects_count, 'object')} of Notion"
    if looked.live:
        return _gate(name, secrets, covered, listed(content.gaps))
    if secrets:
        return _gate(name, secrets, f"{covered} that were kept here", "")
    told = f"none in {covered} that were kept here; notion=true reads all of it"
    return Gate(name=name, status="not_measured", reason=told)


def _page_texts(looked: Looked) -> Gate:
    name, content = f"{LEAKAGE}: page texts", looked.content
    if content is None:
        return _missing(name, looked, "content")
    read, unread = len(content.read & content.pages.keys()), content.unread_count
    backup = content.backup
    of_backup = (
        f", of a backup of {backup.manifest.started_at:%Y-%m-%d %H:%M} UTC among them"
        if backup is not None
        else ""
    )
    told = f"looked through {read} of {read + unread} pages{of_backup}"
    if not looked.live:
        return Gate(name=name, status="not_measured", reason=told)
    if not content.pages:
        return Gate(name=name, status="not_measured", reason="no page is known")
    told += f", comments of {len(content.heard & content.pages.keys())}"
    lost: list[str] = []
    if unread:
        lost.append("create_backup reads them all, bands.security_most_pages allows more")
    if content.unheard_count:
        lost.append("bands.security_most_comment_calls allows more comments, a call for each block")
    return Gate(name=name, status="unknown" if lost else "ok", reason="; ".join((told, *lost)))


def _missing(name: str, looked: Looked, part: str) -> Gate:
    """Tried in vain is unknown; nothing to ask is not measured."""
    why = looked.failures.get(part)
    if why is None:
        return Gate(name=name, status="not_measured", reason="there is no workspace to look at")
    return Gate(name=name, status="unknown", reason=why)


def _without_reach(desk: Desk, looked: Looked) -> Iterator[Gate]:
    del desk
    for name in (
        f"{LEAKAGE}: public",
        f"{ACCESS}: baseline",
        f"{ACCESS}: reach",
        f"{PERMISSIONS}: capabilities",
    ):
        yield _missing(name, looked, "reach")


def unapproved_public(reach: Reach) -> list[Thing]:
    """What can be read on the web and was not approved so."""
    approved = (reach.before or {"things": {}})["things"]
    return [
        each
        for each in reach.seen.things
        if each.public and not approved.get(each.id, {}).get("public")
    ]


def _public(reach: Reach) -> Gate:
    name, public = f"{LEAKAGE}: public", [t for t in reach.seen.things if t.public]
    new = unapproved_public(reach)
    scope = f"of the {len(reach.seen.things)} pages and tables that are shared"
    if new:
        status: GateStatus = "warning" if reach.before is None else "critical"
        return Gate(name=name, status=status, reason=f"{len(new)} {scope} are on the public web")
    if reach.seen.gaps:
        return Gate(name=name, status="unknown", reason=listed(reach.seen.gaps))
    told = f"{len(public)} {scope}, all approved" if public else f"none {scope}"
    return Gate(name=name, status="ok", reason=told)


def _baseline(looked: Looked, reach: Reach) -> Gate:
    name = f"{ACCESS}: baseline"
    if reach.before is None:
        told = "no access was approved yet, so that nothing can be compared"
        return Gate(name=name, status="not_measured", reason=told)
    since = f"since {reach.before['at'][:10]}"
    voices: list[GateStatus] = [each.severity for each in looked.changes if each.severity != "info"]
    if reach.seen.gaps:
        voices.append("unknown")
    status = worst(voices)
    told = f"{counted(len(looked.changes), 'change')} of access {since}"
    if not reach.before.get("complete", True):
        told += " (not everything was known when it was approved)"
    gaps = f"; {listed(reach.seen.gaps)}" if reach.seen.gaps else ""
    return Gate(name=name, status=status, reason=told + gaps)


def beyond(desk: Desk, reach: Reach) -> list[Thing]:
    """Tables that are neither configured nor approved, where any database is configured by id."""
    wanted = {each.id.replace("-", "") for each in desk.connection.databases.values() if each.id}
    if not wanted:
        return []
    approved = (reach.before or {"things": {}})["things"]
    return [
        each
        for each in reach.seen.things
        if each.kind == "data_source"
        and each.id not in approved
        and not {each.id.replace("-", ""), each.database_id.replace("-", "")} & wanted
    ]


def _reach(desk: Desk, reach: Reach) -> Gate:
    name, seen = f"{ACCESS}: reach", reach.seen
    tables = sum(each.kind == "data_source" for each in seen.things)
    pages = len(seen.things) - tables
    told = f"{counted(tables, 'table')} and {counted(pages, 'page')}, {roots(seen)} shared by name"
    people = "people not listed to it" if seen.people is None else f"{len(seen.people)} people"
    told += f"; {people}, guests are never listed; only what is shared with it is seen"
    more = beyond(desk, reach)
    if more:
        told = f"{counted(len(more), 'table')} beyond the configured databases; {told}"
        return Gate(name=name, status="warning", reason=told)
    if seen.gaps:
        return Gate(name=name, status="unknown", reason=f"{told}; {listed(seen.gaps)}")
    return Gate(name=name, status="ok", reason=told)


def superfluous(desk: Desk, reach: Reach) -> list[str]:
    """Capabilities to write that a server which only reads does not need."""
    if not desk.connection.read_only:
        return []
    return [name for name in _WRITES if reach.now["capabilities"].get(name)]


def _capabilities(desk: Desk, reach: Reach) -> Gate:
    name = f"{PERMISSIONS}: capabilities"
    known = reach.now["capabilities"]
    able = listed([each for each, has in known.items() if has], 6) or "nothing"
    owner = reach.seen.owner_type
    told = f"may {able}; owned by a {owner or 'bot of unknown owner'}"
    extra = superfluous(desk, reach)
    if extra:
        told = f"this server only reads, its token may {listed(extra)}; {told}"
        return Gate(name=name, status="warning", reason=told)
    if owner == "user":
        return Gate(name=name, status="warning", reason=f"{told}: it has that person's rights")
    if None in reach.seen.capabilities.values():
        return Gate(name=name, status="unknown", reason=f"{told}; not every question was answered")
    return Gate(name=name, status="ok", reason=told)


def _places(looked: Looked) -> Gate:
    name = f"{PERMISSIONS}: files"
    wrong = [each for each in looked.secrets if is_place(each) and each.open]
    if wrong:
        kinds = list(dict.fromkeys(each.head.spotted.title for each in wrong))
        status = worst(_voices(wrong))
        return Gate(
            name=name, status=status, reason=f"{counted(len(wrong), 'concern')}: {listed(kinds)}"
        )
    unchecked = [
        each.reason
        for each in (*looked.tree.left_out, *looked.own.left_out)
        if each.reason == "not checked"
    ]
    if unchecked:
        return Gate(name=name, status="unknown", reason="not every file's mode could be checked")
    return Gate(name=name, status="ok", reason="of secrets and of our own only their owner reads")


def access_findings(desk: Desk, looked: Looked) -> Iterator[Finding]:
    """What is wrong with access now, apart from what differs from the baseline."""
    reach = looked.reach
    if reach is None:
        return
    extra = superfluous(desk, reach)
    if extra:
        yield Finding(
            id="security_scan.writes_while_read_only",
            severity="warning",
            what=f"the server only reads, but its token may {listed(extra)}",
            remedy="In the integration's settings in Notion switch these capabilities off.",
        )
    if reach.seen.owner_type == "user":
        yield Finding(
            id="security_scan.owned_by_person",
            severity="warning",
            what="the token acts with the rights of the person who made it, and ends with them",
            remedy="Use an internal integration of the workspace, which reaches only what is"
            " shared with it.",
        )
    new = unapproved_public(reach) if reach.before is None else []
    if new:
        yield _of_things(
            "public",
            "pages or tables that everybody on the web can read",
            new,
            "Open each in Notion, Share > Publish: unpublish it unless it is meant for everybody.",
        )
    more = beyond(desk, reach)
    if more:
        yield _of_things(
            "beyond_configured",
            "tables that the integration reaches although none of them is configured",
            more,
            "In Notion open each, ••• > Connections: remove the integration where nobody needs it.",
        )


def _of_things(name: str, what: str, things: Sequence[Thing], remedy: str) -> Finding:
    told = [
        thing_in_words(each.id, {"kind": each.kind, "title": each.title}) for each in things[:50]
    ]
    return Finding(
        id=f"security_scan.{name}",
        severity="warning",
        what=f"{len(things)} {what}",
        evidence=tuple(told),
        remedy=remedy,
    )
