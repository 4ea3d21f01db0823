"""Everything that can go wrong in words a person can act on.

* PlaybookError                what happened, then what to do
  + ConfigurationInvalid       the configuration has mistakes
  + RecordNotFound             no record of that kind and id
  + PictureUnavailable         nothing is there to draw with, or it took too long
  + NotSaved                   there is no place of ours to write to
  + PlanUnusable               there is no such plan, or its state does not allow what was asked
    - ApprovalMissing          a person has to say yes first
  + BackupUnusable             a snapshot is not there, not whole, or cannot be written
  + StoreUnusable              our own store cannot be opened or written
  + NothingKept                offline, and the mirror holds nothing of that data source
  + NotionError                the Notion API did not do what was asked
    - TokenRefused             401
    - CapabilityMissing        403 with a Notion body
    - FirewallRefused          403 with an HTML body: the content was refused, not the token
    - NotFoundOrNotShared      404: both look alike
    - RequestRefused           any other 4xx; carries `code`
    - LossRefused              nothing was sent, since Notion would have lost something
    - RateLimited              429, 529
    - ServiceFailed            5xx
    - NoAnswer                 no connection, a broken answer, or past the deadline
      . BreakerOpen            not asked: the circuit breaker is open
    - WriteUnconfirmed         the answer to a write was lost, and reading back did not settle it
"""

from collections.abc import Sequence
from http import HTTPStatus


class PlaybookError(Exception):
    """What happened, then what to do about it; safe to show to a model.

    Neither sentence may hold text that came from Notion or a secret.
    """

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(f"{problem}{_gap(problem)}{remedy}")
        self.problem = problem
        self.remedy = remedy


class ConfigurationInvalid(PlaybookError):
    """The configuration has mistakes; `mistakes` lists every one of them."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        listed = "\n".join(f"- {mistake}" for mistake in mistakes)
        super().__init__(
            f"The configuration has {_count(len(mistakes), 'mistake')}:\n{listed}\n",
            remedy="Correct the listed lines, then call health_check to see whether all is well.",
        )
        self.mistakes = tuple(mistakes)


class RecordNotFound(PlaybookError):
    """No record of that kind and id; `known` are ids that exist, newest first."""

    def __init__(self, kind: str, record_id: str, known: Sequence[str]) -> None:
        remedy = (
            f"Known ones, newest first: {', '.join(known)}."
            if known
            else "None is kept yet: call health_check, its run is kept."
        )
        super().__init__(f"There is no {kind} {record_id[:64]!r}.", remedy=remedy)


class PictureUnavailable(PlaybookError):
    """There is nothing to draw, nothing to draw with, or it took too long."""


class NotSaved(PlaybookError):
    """Nothing was written to Notion: there is no place that is ours, or none that fits."""


class PlanUnusable(PlaybookError):
    """There is no such plan, or its state does not allow what was asked."""


class ApprovalMissing(PlanUnusable):
    """A person has to approve the plan first."""

    def __init__(self, plan_id: str) -> None:
        super().__init__(
            f"The plan {plan_id} waits for a person's approval, and this client cannot ask.",
            remedy=f"Ask the user to run `notion-playbooks approve {plan_id}` in a terminal of"
            " their own, then call apply_plan again.",
        )


class BackupUnusable(PlaybookError):
    """A snapshot is not there, is not as its manifest says, or cannot be written."""


class BaseUnusable(BackupUnusable):
    """The snapshot that another was to build on cannot be opened: a full one needs none."""


class StoreUnusable(PlaybookError):
    """Our own store cannot be opened, read or written."""

    def __init__(self, location: str, reason: str) -> None:
        super().__init__(
            f"The store {location} cannot be used: {reason}.",
            remedy="Make it writable for the user who runs the server, or name another one"
            " with PLAYBOOKS_STORE__URL.",
        )
        self.location = location
        self.reason = reason


class NothingKept(PlaybookError):
    """Offline reading of a data source of which the mirror holds nothing."""

    def __init__(self, data_source_id: str) -> None:
        super().__init__(
            f"Nothing of the data source {data_source_id} is kept here.",
            remedy="Read it once while Notion answers: any report on it keeps its rows.",
        )


class NotionError(PlaybookError):
    """The Notion API did not do what was asked.

    `status` is None when no answer came; `code` and `request_id` are Notion's own.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.status = status
        self.code = code
        self.request_id = request_id


class TokenRefused(NotionError):
    """401: the token is wrong, revoked or of another workspace's past."""

    def __init__(self, request_id: str | None = None) -> None:
        super().__init__(
            "Notion refused the token.",
            remedy="Copy it again from the integration's page in Notion (Configuration > Access"
            " token) into NOTION_API_TOKEN; if it was revoked, make a new one there.",
            status=401,
            code="unauthorized",
            request_id=request_id,
        )


class CapabilityMissing(NotionError):
    """403: the integration lacks the capability that the call needs."""

    def __init__(self, request_id: str | None = None) -> None:
        super().__init__(
            "The integration lacks a capability that this call needs.",
            remedy="In Notion open the integration, switch the capability on and save;"
            " health_check shows which one is missing.",
            status=403,
            code="restricted_resource",
            request_id=request_id,
        )


class FirewallRefused(NotionError):
    """403 as an HTML page: a firewall before Notion refused the content, not the token."""

    def __init__(self) -> None:
        super().__init__(
            "A firewall in front of Notion refused the content of the request.",
            remedy="Repeating it will not help: send the content in smaller parts to find the"
            " passage it dislikes.",
            status=403,
        )


class NotFoundOrNotShared(NotionError):
    """404: Notion does not say whether the object is missing or just not shared."""

    def __init__(self, object_id: str | None, request_id: str | None = None) -> None:
        named = f"no object {object_id}" if object_id else "no such object"
        super().__init__(
            f"Notion has {named} that this integration may see.",
            remedy="If it exists, open it in Notion, choose ••• > Connections and add the"
            " integration; otherwise correct the id. health_check tells which.",
            status=404,
            code="object_not_found",
            request_id=request_id,
        )


class RequestRefused(NotionError):
    """Any other 4xx; `code` says which."""

    def __init__(self, status: int, code: str | None, request_id: str | None = None) -> None:
        super().__init__(
            f"Notion refused the request ({status}, {code or 'no code'}).",
            remedy="The request does not fit the workspace as it is now:"
            " call health_check, which compares the two.",
            status=status,
            code=code,
            request_id=request_id,
        )


class LossRefused(NotionError):
    """Nothing was sent: Notion would have taken the change, and lost something by it."""


class RateLimited(NotionError):
    """429 or 529; `reason` is Notion's `rate_limit_reason` where it gave one."""

    def __init__(
        self,
        status: int,
        *,
        retry_after_s: float | None,
        reason: str | None,
        request_id: str | None = None,
    ) -> None:
        waiting = f"in {retry_after_s:g} s" if retry_after_s is not None else "in a minute"
        super().__init__(
            f"Notion limits the rate ({reason or 'no reason given'}).",
            remedy=f"Try again {waiting}; run fewer consumers of this token at once.",
            status=status,
            code="rate_limited" if status == HTTPStatus.TOO_MANY_REQUESTS else "service_overload",
            request_id=request_id,
        )
        self.retry_after_s = retry_after_s
        self.reason = reason


class ServiceFailed(NotionError):
    """5xx: the fault is on Notion's side."""

    def __init__(self, status: int, code: str | None, request_id: str | None = None) -> None:
        super().__init__(
            f"Notion failed to answer ({status}, {code or 'no code'}).",
            remedy="The fault is on Notion's side: try again in some minutes.",
            status=status,
            code=code,
            request_id=request_id,
        )


class NoAnswer(NotionError):
    """No usable answer: no connection, a broken one, or none before the deadline."""

    def __init__(self, why: str, *, deadline_s: float | None = None) -> None:
        super().__init__(
            f"Notion gave no answer: {why}.",
            remedy="Check this machine's network and proxy, then try again.",
        )
        self.deadline_s = deadline_s


class BreakerOpen(NoAnswer):
    """Notion failed again and again, so it is left alone until `retry_in_s` have passed."""

    def __init__(self, group: str, *, retry_in_s: float) -> None:
        super().__init__(
            f"it failed again and again ({group}), so it is not asked for {retry_in_s:.0f} s"
        )
        self.group = group
        self.retry_in_s = retry_in_s


class WriteUnconfirmed(NotionError):
    """The answer to a write was lost, and reading back did not settle whether it was done.

    `known` says what is known, as the end of a sentence; the rest is of the failure `lost`.
    """

    def __init__(self, known: str, *, lost: NotionError) -> None:
        super().__init__(
            f"The answer to a write was lost, and {known}.",
            remedy="Look at the object in Notion before you write again: it may be done already.",
            status=lost.status,
            code=lost.code,
            request_id=lost.request_id,
        )
        self.known = known


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _gap(problem: str) -> str:
    """What stands between the two sentences: nothing after a list, which ends its own line."""
    return "" if problem.endswith("\n") else " "
