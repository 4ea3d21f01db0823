"""Chat, mail and messages."""

from typing import Final

from server.secrets.rule import Rule

CHAT: Final = (
    Rule(
        "slack-token",
        "Slack token",
        "slack",
        (
            "xoxb-{d9-14}-{d9-14}-{A18-34}",
            "xoxb-{d8-14}-{A18-26}",
            "xox(p|e)-{d9-14}-{d9-14}-{d9-14}-{A28-34}",
            "xox(o|s)-{d6-14}-{d6-14}-{d6-14}-{h10-64}",
            "xox(a|r)-{d1}-{d9-14}-{d9-14}-{A18-64}",
            "xoxe.xox(b|p)-{d1}-{U163-166}",
            "xoxe-{d1}-{U146}",
            "xapp-{d1}-{U9-13}-{d10-14}-{h64}",
            "xoxc-{d9-15}-{d9-15}-{d9-15}-{h64}",
        ),
        entropy_bits=2.7,
    ),
    Rule(
        "slack-webhook",
        "Slack incoming webhook",
        "slack",
        (
            "hooks.slack.com/services/T{U8-11}/B{U8-11}/{A24}",
            "hooks.slack.com/(workflows|triggers)/{B43-90}",
        ),
        "warning",
        open_front=True,
    ),
    Rule(
        "discord-webhook",
        "Discord webhook",
        "discord",
        ("discord(|app).com/api/webhooks/{d17-20}/{W60-68}",),
        "warning",
        open_front=True,
    ),
    Rule(
        "teams-webhook",
        "Microsoft Teams webhook",
        "chat-other",
        (
            (
                ".webhook.office.com/webhookb2/{h8}-{h4}-{h4}-{h4}-{h12}@{h8}-{h4}-{h4}-{h4}-{h12}"
                "/IncomingWebhook/{h32}/{h8}-{h4}-{h4}-{h4}-{h12}"
            ),
        ),
        "warning",
        open_front=True,
    ),
    Rule("telegram-token", "Telegram bot token", "telegram", ("{d8-10}:AA{W33}",)),
    Rule("twilio-key", "Twilio API key", "twilio", ("SK{h32}",), "warning"),
    Rule("sendgrid-key", "SendGrid API key", "mail", ("SG.{W20-24}.{W39-50}",)),
    Rule("mailgun-key", "Mailgun API key", "mail", ("key-{h32}",), "warning"),
    Rule("mailchimp-key", "Mailchimp API key", "mail", ("{h32}-us{d1-2}",)),
    Rule("brevo-key", "Brevo API key", "mail", ("xkeysib-{h64}-{A16}",)),
)
