"""What to do about a place that is wrong, by the rule that says so."""

from collections.abc import Mapping
from typing import Final

REMEDIES: Final[Mapping[str, str]] = {
    "git-remote-password": "Take the password out of the address (git remote set-url), use a"
    " credential helper, and replace the password: whoever read the file has it.",
    "git-extra-header": "Remove it (git config --unset http.extraheader) and replace what it held.",
    "git-credential-store": "Use the system's keychain (git config credential.helper osxkeychain,"
    " manager or libsecret) and delete ~/.git-credentials.",
    "mcp-literal": "Write a reference in its place, such as ${env:NAME} or ${input:name}, and"
    " replace the secret if others could read the file.",
    "mcp-argument": "Hand it over in the environment (env) by reference: command lines are listed"
    " by ps and docker inspect.",
    "mcp-plain-http": "Use https, or a server on this machine.",
    "mcp-unpinned": "Name a version (package@1.2.3): whatever is newest would run as you.",
    "env-tracked": "git rm --cached it, name it in .gitignore, and replace what it holds: the"
    " history keeps it.",
    "env-not-ignored": "Name it in .gitignore before somebody adds it.",
    "env-in-image": "Name it in .dockerignore, and replace what it holds if an image was pushed.",
    "open-permissions": "Take the rights of others away: chmod 600 (a folder: 700), owned by you.",
    "open-folder": "Take the right to write in its folder away from others: chmod go-w.",
}
