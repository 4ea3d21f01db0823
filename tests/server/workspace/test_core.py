"""The workspace without HTTP: performing as the owner, bulk loads, tokens, reproducible ids."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from server.workspace.core import Actor, ApiError, Workspace
from server.workspace.errors import WorkspaceUnusable

Make = Callable[..., str]
PAGE: dict[str, Any] = {"parent": {"workspace": True}, "properties": {}}


def test_a_new_file_is_an_empty_workspace_and_says_so(tmp_path: Path, watch: Any) -> None:
    path = tmp_path / "new.sqlite3"
    with closing(Workspace.open(path, clock=watch)) as new:
        assert new.created
        first = new.info()
    with closing(Workspace.open(path, clock=watch)) as again:
        assert not again.created
        assert again.info() == first

    assert (first.rows_count, first.data_sources_count, first.users_count) == (0, 0, 0)


def test_ids_given_to_a_transaction_stay_its_own(workspace: Workspace, ada: Actor) -> None:
    def load(number: int) -> str:
        with workspace.transaction(ids=lambda: UUID(int=number)):
            return str(workspace.perform("POST", "/v1/pages", PAGE, actor=ada)["id"])

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(load, range(1, 41)))

    assert [int(page_id[-4:], 16) for page_id in made] == list(range(1, 41))
    after = workspace.perform("POST", "/v1/pages", PAGE, actor=ada)["id"]
    assert after not in made


def test_rows_are_counted_without_the_trash(
    workspace: Workspace, make_table: Make, add_row: Make, ada: Actor
) -> None:
    table = make_table({})
    rows = [add_row(table, name) for name in "abc"]
    workspace.perform("PATCH", f"/v1/pages/{rows[0]}", {"in_trash": True}, actor=ada)

    assert workspace.info().rows_count == 2
    assert workspace.info().data_sources_count == 1


def test_the_owner_dates_and_signs_what_is_performed(workspace: Workspace, ada: Actor) -> None:
    at = datetime(2025, 1, 2, 5, 4, 59, tzinfo=timezone(timedelta(hours=2)))

    page = workspace.perform("POST", "/v1/pages", PAGE, actor=ada, at=at)

    assert page["created_time"] == "2025-01-02T03:04:00.000Z"
    assert page["created_by"] == {"object": "user", "id": ada.id}
    assert "request_id" not in page


def test_an_error_is_raised_as_the_api_would_answer_it(workspace: Workspace, ada: Actor) -> None:
    with pytest.raises(ApiError, match=r"Invalid request URL\.") as caught:
        workspace.perform("GET", "/v1/nothing", actor=ada)

    assert (caught.value.status, caught.value.code) == (400, "invalid_request_url")


def test_an_older_version_is_performed_in_its_own_words(workspace: Workspace, ada: Actor) -> None:
    page = workspace.perform("POST", "/v1/pages", PAGE, actor=ada, version="2025-09-03")

    assert page["archived"] is False


def test_a_transaction_is_kept_as_a_whole_or_not_at_all(workspace: Workspace, ada: Actor) -> None:
    def load(*, fail: bool) -> None:
        with workspace.transaction():
            workspace.perform("POST", "/v1/pages", PAGE, actor=ada)
            if fail:
                raise InterruptedError

    def found() -> int:
        return len(workspace.perform("POST", "/v1/search", {}, actor=ada)["results"])

    with suppress(InterruptedError):
        load(fail=True)
    after_failure = found()
    load(fail=False)

    assert (after_failure, found()) == (0, 1)


def test_a_refused_part_leaves_the_rest_of_its_transaction(
    workspace: Workspace, ada: Actor
) -> None:
    half_wrong = PAGE | {"children": [{"quote": {}}]}
    with workspace.transaction():
        workspace.perform("POST", "/v1/pages", PAGE, actor=ada)
        with suppress(ApiError):
            workspace.perform("POST", "/v1/pages", half_wrong, actor=ada)

    found = workspace.perform("POST", "/v1/search", {}, actor=ada)["results"]
    assert len(found) == 1


def test_a_seed_makes_the_same_ids_again(tmp_path: Path, watch: Any) -> None:
    def load(name: str) -> list[Any]:
        random = Random(2718)
        with closing(Workspace.open(tmp_path / name, clock=watch)) as workspace:
            with workspace.transaction(ids=lambda: UUID(int=random.getrandbits(128))):
                ada = Actor(workspace.add_person("Ada", None), "person")
                page = workspace.perform("POST", "/v1/pages", PAGE, actor=ada)
                database = workspace.perform(
                    "POST", "/v1/databases", {"parent": {"page_id": page["id"]}}, actor=ada
                )
            return [page, database]

    assert load("one") == load("two")


def test_only_the_first_bots_token_can_be_read_back(workspace: Workspace) -> None:
    assert workspace.own_token() is None
    first = workspace.add_bot("Own", token="first-token")
    workspace.add_bot("Other", token="second-token", capabilities=["read_content"])

    kept = workspace.tokens()

    assert workspace.own_token() == "first-token"
    assert [(bot.bot_name, bot.capabilities) for bot in kept][1] == ("Other", ("read_content",))
    assert kept[0].bot_id == first
    assert "second-token" not in repr(kept)


def test_ids_may_be_given(workspace: Workspace) -> None:
    given = "11111111-1111-4111-8111-111111111111"

    assert workspace.add_person("Ada", None, user_id=given) == given


@pytest.mark.parametrize("content", [b"not a database at all, just text", None])
def test_a_file_that_is_no_workspace_is_refused_and_left_alone(
    tmp_path: Path, content: bytes | None, watch: Any
) -> None:
    path = tmp_path / "file" if content else tmp_path / "missing" / "file"
    if content:
        path.write_bytes(content * 100)

    with pytest.raises(WorkspaceUnusable, match=str(path)):
        Workspace.open(path, clock=watch)

    assert (path.read_bytes() if content else content) == (content and content * 100)


def test_a_date_in_the_future_is_kept_as_it_is(workspace: Workspace, ada: Actor) -> None:
    page = workspace.perform(
        "POST", "/v1/pages", PAGE, actor=ada, at=datetime(2030, 1, 1, tzinfo=UTC)
    )

    assert page["last_edited_time"] == "2030-01-01T00:00:00.000Z"
