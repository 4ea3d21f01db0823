"""SARIF 2.1.0 as code hosts read it."""

from dataclasses import replace

from playbooks.sarif import sarif_of
from playbooks.security_ports import Exposure, Spotted

SPOTTED = Spotted(
    rule="notion-token",
    title="Notion API token",
    tier="token",
    severity="critical",
    origin="file",
    where="a folder/a.py",
    line=3,
    column=7,
    fingerprint="f" * 64,
    rotation=("Refresh it.",),
)
PAGE = Spotted(
    rule="jwt",
    title="JSON web token",
    tier="token",
    severity="warning",
    origin="notion",
    where="title",
    fingerprint="e" * 64,
    page_id="1-2",
)


def test_a_finding_is_told_by_place_and_fingerprint_without_a_snippet() -> None:
    exposures = [
        Exposure(SPOTTED, "critical", "live", suppressed=False),
        Exposure(PAGE, "warning", "not asked", suppressed=True),
    ]

    (run,) = sarif_of(exposures, "1.0")["runs"]

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["jwt", "notion-token"]
    first, second = run["results"]
    assert first == {
        "ruleId": "notion-token",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": "Notion API token, live (file)."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a%20folder/a.py"},
                    "region": {"startLine": 3, "startColumn": 7},
                }
            }
        ],
        "partialFingerprints": {"secret/v1": "f" * 64},
    }
    assert second["level"] == "warning"
    assert second["suppressions"] == [{"kind": "inSource", "status": "accepted"}]
    (place,) = second["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "https://www.notion.so/12"
    assert place["logicalLocations"] == [{"fullyQualifiedName": "title"}]


def test_a_file_is_named_by_its_own_bytes_where_they_are_known() -> None:
    named = replace(SPOTTED, where="\\udcff.py", uri="%FF.py")

    (run,) = sarif_of([Exposure(named, "critical", "live", suppressed=False)], "1.0")["runs"]

    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "%FF.py"


def test_nothing_found_is_a_run_without_results() -> None:
    (run,) = sarif_of([], "1.0")["runs"]

    assert run["results"] == run["tool"]["driver"]["rules"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_what_was_not_looked_at_makes_the_run_no_success() -> None:
    (run,) = sarif_of([], "1.0", unseen=["files: 1 unreadable"])["runs"]

    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told == {"level": "error", "message": {"text": "files: 1 unreadable"}}
