"""How a secret that was in the open is replaced: the steps of each service, for a person."""

from collections.abc import Mapping
from typing import Final

_LAST: Final = (
    "Then put the new one where the old one was used, and look through what was done with it."
)

_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "notion": (
        (
            "In Notion open Settings > Connections > Develop or manage integrations, choose the"
            " integration and refresh its secret (Configuration > Internal integration secret): the"
            " old one dies at once."
        ),
        "Check under Access which pages it reaches, and remove what it need not reach.",
    ),
    "notion-session": (
        (
            "In Notion open Settings > My account > Devices and log out of all devices: the cookie"
            " is a whole login."
        ),
        "Change the password or the way of logging in.",
    ),
    "openai": ("On the platform's API keys page revoke the key and create another.",),
    "anthropic": ("In the Console under API keys disable and delete the key, and create another.",),
    "openrouter": ("In the settings under Keys delete the key and create another.",),
    "huggingface": ("In Settings > Access Tokens invalidate the token and create another.",),
    "groq": ("In the console under API Keys delete the key and create another.",),
    "replicate": ("In the account settings under API tokens disable the token, create another.",),
    "ai-other": ("In the provider's console under API keys revoke the key and create another.",),
    "github": (
        (
            "In Settings > Developer settings > Personal access tokens delete the token (an app's"
            " or an OAuth token: revoke it under Applications); create one with fewer permissions."
        ),
        "Look through the security log for what it did.",
    ),
    "gitlab": ("In Preferences > Access tokens revoke the token and create another.",),
    "atlassian": (
        "In the Atlassian account under Security > API tokens revoke it, create another.",
    ),
    "code-other": (
        "In the service's settings under API keys or tokens revoke it, create another.",
    ),
    "sentry": (
        "In the user or organization settings under Auth Tokens revoke it, create another.",
    ),
    "grafana": ("Under Administration > Service accounts delete the token and add another.",),
    "monitoring-other": ("In the service's settings under API keys revoke it, create another.",),
    "slack": (
        (
            "In the app's settings under OAuth & Permissions revoke or rotate the tokens and"
            " reinstall the app; a webhook is removed under Incoming Webhooks."
        ),
    ),
    "discord": ("In the server's Integrations > Webhooks delete the webhook and make another.",),
    "telegram": ("Ask BotFather with /revoke for another token.",),
    "twilio": ("In the Console under Account > API keys delete the key and create another.",),
    "mail": ("In the mail service's settings under API keys delete the key, create another.",),
    "chat-other": ("In the channel's settings remove the webhook and make another.",),
    "aws": (
        (
            "In IAM > Users > Security credentials make the key inactive, then delete it, and"
            " create another if a role cannot do the work."
        ),
        "Look in CloudTrail for what it did.",
    ),
    "google": ("In the Cloud console under APIs & Services > Credentials delete or rotate it.",),
    "azure": ("In the portal rotate the key or add a new client secret, then delete the old one.",),
    "digitalocean": ("In the control panel under API > Tokens regenerate or delete the token.",),
    "heroku": ("In Account settings regenerate the API key.",),
    "cloudflare": ("In My Profile > API Tokens roll the token.",),
    "databricks": ("In Settings > Developer > Access tokens revoke it and generate another.",),
    "vault": ("Revoke the token (for Vault: vault token revoke) and log in anew.",),
    "supabase": (
        "In Project settings > API keys, or Account > Access tokens, revoke and recreate.",
    ),
    "doppler": ("In the dashboard under Access revoke the token and create another.",),
    "onepassword": ("Revoke the service account's token, or regenerate the account's secret key.",),
    "cloud-other": (
        "In the service's dashboard under tokens or API keys revoke it, create another.",
    ),
    "stripe": ("In the Dashboard under Developers > API keys roll the key, expiring the old now.",),
    "payment-other": ("In the service's dashboard under API keys roll the key.",),
    "npm": ("In Access Tokens delete the token and generate a granular one; check new releases.",),
    "pypi": ("In Account settings > API tokens remove the token, add one for a single project.",),
    "docker": ("In Account settings > Personal access tokens delete the token, generate another.",),
    "registry-other": ("In the registry's account settings revoke the key and create another.",),
    "ci": ("In the service's user settings under API tokens revoke the token, create another.",),
    "keys": (
        (
            "Make a new pair of keys; remove the old public key wherever it is trusted"
            " (authorized_keys, code hosts), and have certificates over it revoked."
        ),
    ),
    "jwt": ("End the session that it belongs to, or change the key that signs such tokens.",),
    "database": ("Change that user's password in the server, and see who may reach it.",),
    "address": ("Change the password or token at that host, and keep it out of addresses.",),
    "generic": ("Find out what it opens; if it opens anything, replace it there.",),
}


def rotation_steps(service: str) -> tuple[str, ...]:
    """What to do about a secret of the service, in order.

    Raises:
        KeyError: no rule is of such a service.
    """
    return (*_STEPS[service], _LAST)
