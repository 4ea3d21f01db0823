"""The gates of the health check, each judged from what came of its question; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import Final

from playbooks.bands import Bands, HigherIsBetter, LowerIsBetter
from playbooks.breaker_causes import holding
from playbooks.desk import ConfigurationState, Connection
from playbooks.errors import CapabilityMissing, NotionError, PlaybookError, TokenRefused
from playbooks.objects import Bot, Capability
from playbooks.plan import Unfinished
from playbooks.ports import Outcome, ServerState
from playbooks.rate import Pause
from playbooks.records import BreakerState, StoreState, Traffic
from playbooks.text import listed, shown
from playbooks.verdict import Verdict

NEEDED: Final[tuple[Capability, ...]] = ("read_content",)
"""Without these no procedure works."""

NEEDED_TO_WRITE: Final[tuple[Capability, ...]] = ("insert_content", "update_content")
"""Without these approved changes are refused; not needed in read-only mode."""


def judge_configuration(state: ConfigurationState) -> Verdict:
    """Critical with every mistake listed; else the file in use."""
    if state.mistakes:
        reason = f"{len(state.mistakes)} to correct"
        verdict = Verdict.of(
            "configuration", "critical", reason, "Correct each, then run it again."
        )
        return replace(verdict, evidence=state.mistakes)
    return Verdict.of("configuration", "ok", state.file or "no playbooks.toml, the defaults hold")


def judge_token(connection: Connection) -> Verdict:
    """Present, of known shape, and meant: a lost token never looks healthy."""
    token = connection.token
    if token.lost:
        return Verdict.of("token", "critical", *_LOST_TOKEN)
    if not connection.chosen:
        return Verdict.of("token", "warning", *_NO_TOKEN)
    if token.origin == "sample workspace":
        note = "; NOTION_API_TOKEN is set but not used" if token.ignored else ""
        return Verdict.of("token", "ok", f"the sample workspace's own{note}")
    told = f"{token.masked}, from the {token.origin}"
    if token.shape == "unknown":
        return Verdict.of(
            "token", "warning", f"{told}; of unknown shape, tried all the same", _SHAPE
        )
    return Verdict.of("token", "ok", told)


_LOST_TOKEN: Final = (
    "a Notion workspace is configured, but there is no token",
    (
        "Set NOTION_API_TOKEN in the environment or in .env; to look at the sample workspace"
        ' instead, set workspace = "embedded".'
    ),
)
_NO_TOKEN: Final = (
    "no token: these are sample data",
    (
        "Set NOTION_API_TOKEN in the environment or in .env to see your own workspace, then run"
        " `notion-playbooks init`."
    ),
)
_SHAPE: Final = (
    "Tokens of Notion begin with ntn_ (or, older, secret_): compare with the integration's page"
    " in Notion, without quotes or spaces."
)


def judge_authentication(who: Outcome[Bot], expected: str | None, bands: Bands) -> Verdict:
    """Who answered, from which workspace, and how fast."""
    if expected and _cannot_tell(who):
        reason = "the token is accepted, but not which workspace it opens is told"
        return Verdict.of("authentication", "unknown", reason, _USERS, who.latency_ms)
    if who.value is None:
        return _refused("authentication", who)
    bot = who.value
    told = f"{shown(bot.name)} of workspace {shown(bot.workspace_name or '')} answered"
    if expected and bot.workspace_id and _bare(bot.workspace_id) != _bare(expected):
        reason = f"{told}, but NOTION_WORKSPACE_ID names another workspace"
        return Verdict.of("authentication", "critical", reason, _WRONG_WORKSPACE, who.latency_ms)
    if who.latency_ms is not None and who.latency_ms > bands.slow_response_above_ms:
        reason = f"{told}, slower than {bands.slow_response_above_ms:g} ms"
        return Verdict.of("authentication", "warning", reason, _SLOW, who.latency_ms)
    return Verdict.of("authentication", "ok", told, latency_ms=who.latency_ms)


def _cannot_tell(who: Outcome[Bot]) -> bool:
    """Whether the token holds while the workspace stays unknown."""
    if who.value is None:
        return isinstance(who.error, CapabilityMissing)
    return who.value.workspace_id is None


_USERS: Final = (
    "Give the integration the capability to read user information, or unset NOTION_WORKSPACE_ID."
)
_WRONG_WORKSPACE: Final = (
    "Use the token of an integration of the expected workspace, or correct NOTION_WORKSPACE_ID."
)
_SLOW: Final = "Run it again in some minutes; if it stays slow, look at this machine's network."


def _refused(gate: str, outcome: Outcome[Bot]) -> Verdict:
    """Why nobody answered: refused is critical, silence is unknown."""
    match outcome.error:
        case None:
            return Verdict.silent(gate)
        case TokenRefused() as error:
            return Verdict.of(gate, "critical", error.problem, error.remedy, outcome.latency_ms)
        case CapabilityMissing():
            reason = "the token is accepted, but it may not see who it is"
            return Verdict.of(gate, "ok", reason, latency_ms=outcome.latency_ms)
        case PlaybookError() as error:
            return Verdict.of(gate, "unknown", error.problem, error.remedy, outcome.latency_ms)


def _bare(object_id: str) -> str:
    return object_id.replace("-", "").lower()


def judge_capabilities(asked: Mapping[Capability, Outcome[bool]], *, read_only: bool) -> Verdict:
    """Needed ones missing are told; a probe without an answer makes the gate unknown."""
    silent_ones = [name for name, outcome in asked.items() if outcome.value is None]
    missing = [name for name, outcome in asked.items() if outcome.value is False]
    present = [name for name, outcome in asked.items() if outcome.value is True]
    latencies = [o.latency_ms for o in asked.values() if o.latency_ms is not None]
    latency_ms = median(latencies) if latencies else None
    needed = [name for name in missing if name in NEEDED]
    to_write = [] if read_only else [name for name in missing if name in NEEDED_TO_WRITE]
    if needed:
        reason = f"{listed(needed)} is missing: nothing can be read"
        return Verdict.of("capabilities", "critical", reason, _SWITCH_ON, latency_ms)
    if silent_ones:
        return Verdict.of("capabilities", "unknown", _silence(asked, silent_ones), _AGAIN)
    if to_write:
        reason = f"{listed(to_write)} missing: approved changes would be refused"
        return Verdict.of("capabilities", "warning", reason, _SWITCH_ON, latency_ms)
    off = f"; off and not needed here: {listed(missing)}" if missing else ""
    reason = f"{listed(present, limit=len(present))}{off}"
    return Verdict.of("capabilities", "ok", reason, latency_ms=latency_ms)


_SWITCH_ON: Final = (
    "In Notion open Settings > Connections > the integration, switch the capability on and save;"
    " pages need no new sharing."
)
_AGAIN: Final = "Run it again in a minute."


def _silence(asked: Mapping[Capability, Outcome[bool]], silent_ones: Sequence[str]) -> str:
    errors = [o.error.problem for o in asked.values() if isinstance(o.error, NotionError)]
    why = f" ({errors[0].rstrip('.')})" if errors else ""
    return f"no answer about {listed(silent_ones)}{why}"


def judge_store(probed: Outcome[StoreState]) -> Verdict:
    """Writable, or critical: without it nothing is remembered."""
    if probed.error is not None:
        return Verdict.of("store", "critical", probed.error.problem, probed.error.remedy)
    if probed.value is None:
        return Verdict.silent("store")
    size = probed.value.size_bytes
    told = f"{probed.value.engine}, writable" + (f", {size / 1000:.0f} kB" if size else "")
    return Verdict.of("store", "ok", told, latency_ms=probed.latency_ms)


def judge_server(probed: Outcome[ServerState]) -> Verdict:
    """A handshake and a tool list of our own server."""
    if probed.error is not None:
        return Verdict.of("mcp_server", "critical", probed.error.problem, probed.error.remedy)
    if probed.value is None:
        return Verdict.silent("mcp_server")
    state = probed.value
    told = f"version {state.version}, protocol {state.protocol}, {state.tools_count} tools"
    return Verdict.of("mcp_server", "ok", told, latency_ms=state.latency_ms)


def judge_breakers(published: Outcome[tuple[BreakerState, ...]], now: datetime) -> Verdict:
    """Which groups of endpoints are left alone; the processes of a connection share them."""
    if published.value is None:
        return Verdict.skipped("circuit_breaker", "not looked at: the store did not tell")
    held = holding(published.value, now)
    refused = [each for each in held if each.state == "refused"]
    if refused:
        reason = f"the token was refused for {listed([each.group for each in refused])}"
        return Verdict.of("circuit_breaker", "warning", reason, _REFUSED)
    if held:
        untils = [f"{each.group} until {each.until:%H:%M:%S} UTC" for each in held if each.until]
        return Verdict.of("circuit_breaker", "warning", f"open: {listed(untils)}", _HELD)
    return Verdict.of("circuit_breaker", "ok", "closed")


_REFUSED: Final = "The gate authentication says whether it still is; any accepted call ends this."
_HELD: Final = "Notion failed again and again: what is kept is served until it answers again."


def judge_pause(told: Outcome[Pause], now: datetime) -> Verdict:
    """Whether Notion asked that nobody calls for a while; all processes of a connection heed it."""
    if told.error is not None or told.latency_ms is None:
        return Verdict.skipped("rate_limit", "not looked at: the store did not tell")
    pause = told.value
    if pause is None or pause.until <= now:
        return Verdict.of("rate_limit", "ok", "no pause")
    reason = f"paused until {pause.until:%H:%M:%S} UTC by {pause.reason}"
    return Verdict.of("rate_limit", "warning", reason, _PAUSED)


_PAUSED: Final = (
    "Notion asked for it: wait, what is kept is served; then calls go on by themselves."
)


def judge_cache(traffic: Traffic | None, bands: Bands) -> Verdict:
    """The hit rate of cached reads, once there are enough of them."""
    hits, reads = (traffic.cache_hits_count, traffic.cache_reads_count) if traffic else (0, 0)
    if reads < bands.least_calls_count:
        return _too_few("cache", f"{reads} cached reads", bands)
    told = f"{_percent(hits, reads):.1f} % of {reads} reads came from the cache"
    remedy = "Lengthen the TTL of databases that change rarely."
    return _rate("cache", _percent(hits, reads), bands.cache_hit_rate_percent, told, remedy)


def judge_errors(traffic: Traffic | None, bands: Bands) -> Verdict:
    """The share of recorded calls that failed; probes are never counted."""
    errors, calls = (traffic.errors_count, traffic.calls_count) if traffic else (0, 0)
    if calls < bands.least_calls_count:
        return _too_few("error_rate", f"{calls} calls", bands)
    window = f"the last {bands.health_window_minutes:g} minutes"
    told = f"{_percent(errors, calls):.1f} % of {calls} calls failed in {window}"
    if traffic and traffic.withheld_count:
        told += f", {traffic.withheld_count} more were ended by us"
    remedy = "A gate above may name the cause; if none does, look again in an hour."
    return _rate("error_rate", _percent(errors, calls), bands.error_rate_percent, told, remedy)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole


def _too_few(gate: str, seen: str, bands: Bands) -> Verdict:
    return Verdict.skipped(gate, f"no data yet: {seen}, judged from {bands.least_calls_count}")


def _rate(
    gate: str, percent: float, band: LowerIsBetter | HigherIsBetter, told: str, remedy: str
) -> Verdict:
    verdict = Verdict.of(gate, band.judge(percent), f"{told} ({band})", remedy)
    return replace(verdict, measured=round(percent, 2))


def judge_outbox(unfinished: Outcome[tuple[Unfinished, ...]]) -> Verdict:
    """Whether approved changes wait for Notion, or for the person who stopped them."""
    if unfinished.value is None:
        return Verdict.skipped("outbox", "not looked at: the store does not answer")
    by_how = {how: [each for each in unfinished.value if each.how == how] for how in _HOW}
    if not by_how["waits"] and not by_how["stopped"]:
        applied = listed([f"{each.plan_id} is being applied" for each in by_how["held"]])
        return Verdict.of("outbox", "ok", applied or "nothing waits")
    told = [
        f"{each.plan_id} {how} since {each.since:%Y-%m-%d %H:%M} UTC"
        for how, word in _HOW.items()
        if word
        for each in by_how[how]
    ]
    remedy = " ".join(word for how, word in _HOW.items() if word and by_how[how])
    return Verdict.of("outbox", "warning", listed(told), remedy)


_HOW: Final = {
    "waits": "What waits is gone on with, approved as it is, once Notion answers.",
    "stopped": "What was stopped goes on when apply_plan is called.",
    "held": "",
}
