"""Users: who am I, who is there."""

from collections.abc import Awaitable, Callable

import httpx

from server.workspace.core import Actor, Workspace

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
Make = Callable[..., str]


async def test_the_bot_knows_itself_and_its_workspace(
    api: httpx.AsyncClient, workspace: Workspace, bot_id: str
) -> None:
    workspace.rename("Our team")

    me = (await api.get("/v1/users/me")).json()

    assert me["id"] == bot_id
    assert me["bot"] == {
        "owner": {"type": "workspace", "workspace": True},
        "workspace_name": "Our team",
        "workspace_id": workspace.info().id,
        "workspace_limits": {"max_file_upload_size_in_bytes": 5_242_880},
    }


async def test_everybody_is_listed_page_by_page(api: httpx.AsyncClient) -> None:
    first = (await api.get("/v1/users", params={"page_size": 1})).json()
    rest = (await api.get("/v1/users", params={"start_cursor": first["next_cursor"]})).json()

    names = [user["name"] for page in (first, rest) for user in page["results"]]
    assert sorted(names) == ["Ada", "Robot"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_a_person_is_found_by_id(api: httpx.AsyncClient, ada: Actor) -> None:
    person = (await api.get(f"/v1/users/{ada.id}")).json()

    assert person["person"] == {"email": "ada@example.org", "email_verified": True}


async def test_an_unknown_user_is_not_found_in_notions_words(api: httpx.AsyncClient) -> None:
    unknown = "745e79dd-3e43-40de-9d51-39357c1c428f"

    answer = await api.get(f"/v1/users/{unknown}")

    assert answer.status_code == 404
    assert answer.json()["message"] == (
        f"Could not find user with ID: {unknown}. Make sure your integration has capabilities to"
        " read user information. With those capabilities, only members and guests in the"
        " integration's workspace are visible."
    )


async def test_without_the_capability_people_are_ids_only(
    connect: Connect, add_integration: Make, make_table: Make, add_row: Make, ada: Actor
) -> None:
    table = make_table({"Owner": {"people": {}}})
    row = add_row(table, "task", {"Owner": {"people": [{"id": ada.id}]}})
    narrow = await connect(add_integration(without=["read_users"]))

    page = (await narrow.get(f"/v1/pages/{row}")).json()

    assert page["properties"]["Owner"]["people"] == [{"object": "user", "id": ada.id}]
