"""Package registries and continuous integration."""

from typing import Final

from server.secrets.rule import Rule

PACKAGES: Final = (
    Rule("npm-token", "npm token", "npm", ("npm_{A36}",), checksum="crc32-base62"),
    Rule(
        "npm-password",
        "Registry password in .npmrc",
        "npm",
        ("_authToken(=| = )<{W20-400}>", "_password(=| = )<{B20-400}{q0-2}>"),
        open_front=True,
    ),
    Rule(
        "pypi-token",
        "PyPI token",
        "pypi",
        ("pypi-AgEIcHlwaS5vcmc{W50-1000}", "pypi-AgENdGVzdC5weXBpLm9yZw{W50-1000}"),
    ),
    Rule("rubygems-key", "RubyGems API key", "registry-other", ("rubygems_{h48}",)),
    Rule("crates-token", "crates.io token", "registry-other", ("cio{A32}",)),
    Rule("nuget-key", "NuGet API key", "registry-other", ("oy2{L43}",)),
    Rule("docker-token", "Docker Hub token", "docker", ("dckr_pat_{W27}", "dckr_oat_{W32}")),
    Rule("clojars-token", "Clojars token", "registry-other", ("CLOJARS_{L60}",)),
    Rule(
        "artifactory-key",
        "Artifactory key or reference token",
        "registry-other",
        ("AKCp{A69}", "cmVmdGtu{A56}"),
    ),
    Rule("circleci-token", "CircleCI token", "ci", ("CCIPAT_{A22}_{h40}",)),
    Rule("buildkite-token", "Buildkite token", "ci", ("bkua_{h40}",)),
    Rule("octopus-key", "Octopus Deploy API key", "ci", ("API-{U26}",)),
    Rule("harness-token", "Harness token", "ci", ("(pat|sat).{W22}.{H24}.{A20}",)),
    Rule("sonar-token", "SonarQube token", "ci", ("sq(u|a|p)_{h40}",)),
    Rule("prefect-key", "Prefect API key", "ci", ("pnu_{A36}",)),
    Rule("infracost-key", "Infracost API key", "ci", ("ico-{A32}",)),
)
