"""Code hosts, trackers of work, and where errors and metrics go."""

from typing import Final

from server.secrets.rule import Rule

CODE: Final = (
    Rule(
        "github-token",
        "GitHub token",
        "github",
        ("gh(p|o|u|s|r)_{A36}",),
        checksum="crc32-base62",
    ),
    Rule("github-fine-token", "GitHub fine-grained token", "github", ("github_pat_{A22}_{A59}",)),
    Rule(
        "gitlab-token",
        "GitLab token",
        "gitlab",
        (
            "gl(pat|dt|rt|ft|soat|ffct)-{W20}",
            "gl(pat|rt)-{W27-300}.{L2}.{L9}",
            "gl(pat|rt)-{W27-300}.{L9}",
            "glptt-{h40}",
            "glcbt-{A1-5}_{W20}",
            "glimt-{W25}",
            "glagent-{W50}",
            "gloas-{W64}",
            "GR1348941{W20}",
        ),
    ),
    Rule("bitbucket-password", "Bitbucket app password", "atlassian", ("ATBB{A32}",)),
    Rule(
        "atlassian-token",
        "Atlassian API token",
        "atlassian",
        ("ATATT3{V186}", "ATCTT3{V180-200}"),
    ),
    Rule("sourcegraph-token", "Sourcegraph token", "code-other", ("sgp_(|{h16}_|local_){h40}",)),
    Rule("linear-key", "Linear API key", "code-other", ("lin_api_{A40}", "lin_oauth_{h64}")),
    Rule("airtable-token", "Airtable token", "code-other", ("pat{A14}.{h64}",)),
    Rule("figma-token", "Figma token", "code-other", ("figd_{W38-43}",)),
    Rule("postman-key", "Postman API key", "code-other", ("PMAK-{h24}-{h34}",)),
    Rule("readme-key", "ReadMe API key", "code-other", ("rdme_{L70}",)),
    Rule(
        "sentry-token",
        "Sentry token",
        "sentry",
        ("sntryu_{h64}", "sntrys_eyJ{V60-400}_{B43}"),
    ),
    Rule(
        "grafana-token",
        "Grafana token",
        "grafana",
        ("glsa_{A32}_{H8}", "glc_eyJ{B30-400}{q0-2}"),
    ),
    Rule("newrelic-key", "New Relic user key", "monitoring-other", ("NRAK-{U27}",)),
    Rule("dynatrace-token", "Dynatrace token", "monitoring-other", ("dt0c01.{U24}.{U64}",)),
    Rule("posthog-key", "PostHog personal API key", "monitoring-other", ("phx_{A41-49}",)),
)
