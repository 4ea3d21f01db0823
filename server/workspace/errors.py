"""What the API refuses, in Notion's own words, and why a workspace file cannot be used.

* ApiError              one error answer: status, code, message, additional data, headers
* WorkspaceUnusable     the file is not a workspace, or one of another version
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playbooks.errors import PlaybookError


class ApiError(Exception):
    """One error answer of the API; `headers` are those beyond the usual ones."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        additional_data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.additional_data = dict(additional_data) if additional_data else None
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON of the answer."""
        known: dict[str, Any] = {
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
        }
        if self.additional_data:
            known["additional_data"] = self.additional_data
        return known | {"request_id": request_id}


class WorkspaceUnusable(PlaybookError):
    """The workspace file cannot be opened."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The workspace file {path} cannot be used: {reason}.",
            remedy="Name another file, or move this one away so that a new one is made.",
        )


def invalid(message: str) -> ApiError:
    """400 with a message of its own."""
    return ApiError(400, "validation_error", message)


def invalid_url() -> ApiError:
    """An unknown path, or a known one with the wrong method."""
    return ApiError(400, "invalid_request_url", "Invalid request URL.")


def invalid_json() -> ApiError:
    """The body is no JSON."""
    return ApiError(400, "invalid_json", "Error parsing JSON body.")


def unauthorized() -> ApiError:
    """No token, or one that nobody holds."""
    return ApiError(401, "unauthorized", "API token is invalid.")


def restricted() -> ApiError:
    """The integration lacks the capability of the endpoint."""
    return ApiError(403, "restricted_resource", "Insufficient permissions for this endpoint.")


def not_built(method: str, pattern: str) -> ApiError:
    """An endpoint of Notion that the embedded workspace does not serve yet."""
    return ApiError(
        400, "invalid_request", f"The embedded workspace does not serve {method} {pattern} yet."
    )


def conflict() -> ApiError:
    """Another writer held the workspace for too long."""
    return ApiError(409, "conflict_error", "Conflict occurred while saving. Please try again.")


def unavailable(**additional_data: Any) -> ApiError:
    """503: what Notion also answers when a request takes longer than 60 s."""
    return ApiError(
        503,
        "service_unavailable",
        "Public API service is temporarily unavailable, please try again later.",
        additional_data=additional_data,
    )


def too_large() -> ApiError:
    """The body is beyond 500 KB."""
    return ApiError(413, "validation_error", "Request body too large.")


def too_complex() -> ApiError:
    """More conditions than the embedded workspace can look at together; Notion takes them."""
    return invalid("The embedded workspace cannot answer a request of so many conditions.")


def workspace_full(block_limit: int) -> ApiError:
    """The plan of the workspace allows no more blocks; reading and editing go on."""
    return ApiError(
        403,
        "restricted_resource",
        f"This workspace has reached the limit of {block_limit} blocks of its plan.",
        additional_data={"block_limit": block_limit},
    )


def in_trash() -> ApiError:
    """The object, or something above it, lies in the trash."""
    return invalid(
        "Can't edit block that is archived. You must unarchive the block before editing."
    )


def content_refused(reason: str) -> ApiError:
    """Well-formed content that Notion does not take."""
    return invalid(f"Content creation Failed. Fix the following: \n{reason}")


def no_property(name: str) -> ApiError:
    """A page value for a property that its data source does not have."""
    return invalid(f"{name} is not a property that exists.")


def not_found(kind: str, object_id: str, *, bot_id: str | None, bot_name: str | None) -> ApiError:
    """Missing or not shared: both look alike."""
    named = f'your integration "{bot_name}"' if bot_name else "your integration"
    return ApiError(
        404,
        "object_not_found",
        f"Could not find {kind} with ID: {object_id}. Make sure the relevant pages and"
        f" databases are shared with {named}.",
        additional_data={"integration_id": bot_id} if bot_id else None,
    )


def several_data_sources(database_id: str, data_source_ids: Sequence[str]) -> ApiError:
    """A database was named where only one of its tables can be meant."""
    return ApiError(
        400,
        "validation_error",
        "Databases with multiple data sources are not supported in this API version.",
        additional_data={
            "error_type": "multiple_data_sources_for_database",
            "database_id": database_id,
            "child_data_source_ids": list(data_source_ids),
            "minimum_api_version": "2025-09-03",
        },
    )


def no_data_source(database_id: str) -> ApiError:
    """A database was named for its table, and has none."""
    return invalid(
        f"Database with ID {database_id} does not contain any data sources accessible by this"
        " API bot."
    )


def user_not_found(user_id: str, *, bot_id: str | None) -> ApiError:
    """No such member, guest or bot."""
    return ApiError(
        404,
        "object_not_found",
        f"Could not find user with ID: {user_id}. Make sure your integration has capabilities"
        " to read user information. With those capabilities, only members and guests in the"
        " integration's workspace are visible.",
        additional_data={"integration_id": bot_id} if bot_id else None,
    )


def one_of(alternatives: Sequence[str]) -> str:
    """Words of which one is expected, as Notion lists them: `"a"`, `"b"`, or `"c"`."""
    return any_of([f'`"{each}"`' for each in alternatives])


def any_of(expectations: Sequence[str]) -> str:
    """What is expected, joined in English."""
    if len(expectations) <= 2:  # noqa: PLR2004 - two are joined without commas
        return " or ".join(expectations)
    return f"{', '.join(expectations[:-1])}, or {expectations[-1]}"
