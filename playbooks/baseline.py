"""Plans of kind `baseline`: what the integration is and reaches now becomes what is approved."""

from playbooks.desk import Desk, silent
from playbooks.errors import PlanUnusable
from playbooks.plan import Change
from playbooks.plan_kind import Draft, Request
from playbooks.report import Gate
from playbooks.security_access import differences
from playbooks.security_reach import Reach, reach
from playbooks.targets import Target
from playbooks.text import listed


async def propose(desk: Desk, request: Request) -> Draft:
    """The change from the approved baseline, if there is one, to what is seen now.

    Raises PlanUnusable where there is no workspace, NotionError where it does not answer.
    """
    del request
    if desk.access is None or desk.security is None:
        raise PlanUnusable("There is no workspace to look at.", remedy="health_check tells why.")
    found = await reach(desk, desk.access, desk.security, progress=silent)
    if found.before is not None and not differences(found.before, found.now):
        return Draft("Access is as approved: there is nothing to approve anew.")
    return Draft(
        headline=_headline(found),
        changes=(
            Change(
                target=str(Target("baseline", (found.place,))),
                before=found.before,
                after=found.now,
                expected="security_scan tells every later difference",
                shown="the approved access",
            ),
        ),
        gates=tuple(_coverage(found)),
        evidence=_evidence(found),
        looked_at_count=1,
        measurements={
            "things_count": len(found.now["things"]),
            "people_count": None if found.seen.people is None else len(found.seen.people),
        },
    )


def _headline(found: Reach) -> str:
    things = len(found.now["things"])
    if found.before is None:
        return f"Approves what the integration is and reaches now: {things} pages and tables."
    changes = differences(found.before, found.now)
    return f"Approves {len(changes)} changes of access since {found.before['at'][:16]} UTC."


def _coverage(found: Reach) -> list[Gate]:
    told = f"{len(found.now['things'])} pages and tables"
    if found.seen.gaps:
        told = "what was not read now would be told as added later"
        return [Gate(name="reach", status="unknown", reason=f"{listed(found.seen.gaps)}; {told}")]
    return [Gate(name="reach", status="ok", reason=told)]


def _evidence(found: Reach) -> tuple[str, ...]:
    """Each change; without a baseline what may be done and what is public."""
    if found.before is not None:
        return tuple(each.says for each in differences(found.before, found.now))
    able = [name for name, has in found.now["capabilities"].items() if has]
    public = sum(each.public for each in found.seen.things)
    return (f"may: {', '.join(able) or 'nothing'}", f"{public} are public on the web")
