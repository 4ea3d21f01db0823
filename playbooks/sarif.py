"""What a scan found as SARIF 2.1.0, for code hosts: places and fingerprints, never a snippet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from playbooks.report import Severity
from playbooks.security_ports import Exposure, Spotted
from playbooks.security_secrets import plain, remedy_of
from playbooks.text import visible

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final[Mapping[Severity, str]] = {
    "critical": "error",
    "warning": "warning",
    "info": "note",
}


def sarif_of(
    exposures: Sequence[Exposure], version: str, *, unseen: Sequence[str] = ()
) -> dict[str, Any]:
    """One run of our tool; what was accepted is told as suppressed.

    `unseen` are sentences on what was not looked at: with any the run was no success, so that no
    code host takes what it lacks for mended.
    """
    rules = {each.spotted.rule: each.spotted for each in exposures}
    numbers = {rule: number for number, rule in enumerate(sorted(rules))}
    driver = {
        "name": "notion-playbooks",
        "version": version,
        "rules": [_rule(rules[rule]) for rule in sorted(rules)],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(unseen)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, numbers[each.spotted.rule]) for each in exposures],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(unseen: Sequence[str]) -> dict[str, Any]:
    told = [{"level": "error", "message": {"text": visible(each)}} for each in unseen]
    return {"executionSuccessful": not told, "toolExecutionNotifications": told}


def _rule(spotted: Spotted) -> dict[str, Any]:
    return {
        "id": spotted.rule,
        "shortDescription": {"text": spotted.title},
        "help": {"text": remedy_of(spotted)},
    }


def _result(exposure: Exposure, rule_index: int) -> dict[str, Any]:
    spotted = exposure.spotted
    life = "" if exposure.life == "not asked" else f", {exposure.life}"
    result: dict[str, Any] = {
        "ruleId": spotted.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[exposure.severity],
        "message": {"text": f"{spotted.title}{life} ({spotted.origin})."},
        "locations": [_location(spotted)],
        "partialFingerprints": {"secret/v1": spotted.fingerprint},
    }
    if exposure.suppressed:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted"}]
    if spotted.commit:
        result["properties"] = {"commit": spotted.commit, "firstSeen": spotted.first_seen}
    return result


def _location(spotted: Spotted) -> dict[str, Any]:
    """A file by its path from what was scanned, a page of Notion by its address."""
    if spotted.page_id:
        address = f"https://www.notion.so/{plain(spotted.page_id)}"
        return {
            "physicalLocation": {"artifactLocation": {"uri": address}},
            "logicalLocations": [{"fullyQualifiedName": visible(spotted.where)}],
        }
    physical: dict[str, Any] = {"artifactLocation": {"uri": spotted.uri or quote(spotted.where)}}
    if spotted.line:
        physical["region"] = {"startLine": spotted.line, "startColumn": max(1, spotted.column)}
    return {"physicalLocation": physical}
