"""Clouds, databases as a service, and keepers of secrets."""

from typing import Final

from server.secrets.rule import Rule

CLOUD: Final = (
    Rule(
        "aws-key-id",
        "AWS access key id",
        "aws",
        ("A(KIA|SIA|BIA|CCA){S16}",),
        "warning",
        entropy_bits=2.7,
    ),
    Rule(
        "aws-secret",
        "AWS secret access key",
        "aws",
        (
            "(aws_secret_access_key|aws_secret_key|secret_access_key){assign}<{B40}>",
            "(secretaccesskey|awssecretkey){assign}<{B40}>",
        ),
        ignore_case=True,
        open_front=True,
    ),
    Rule("aws-bedrock-key", "Amazon Bedrock API key", "aws", ("ABSK{B109-269}{q0-2}",)),
    Rule("google-key", "Google API key", "google", ("AIza{W35}",)),
    Rule("google-client-secret", "Google OAuth client secret", "google", ("GOCSPX-{W28}",)),
    Rule("google-access-token", "Google OAuth access token", "google", ("ya29.{W60-250}",)),
    Rule(
        "azure-client-secret",
        "Azure client secret",
        "azure",
        ("{W3}{d1}Q~{z31}", "{W3}{d1}Q~{z34}"),
    ),
    Rule(
        "azure-storage-key",
        "Azure storage or service bus key",
        "azure",
        ("AccountKey=<{B86}==>", "SharedAccessKey=<{B43}=>"),
        open_front=True,
    ),
    Rule("digitalocean-token", "DigitalOcean token", "digitalocean", ("do(p|o|r)_v1_{h64}",)),
    Rule("heroku-key", "Heroku API key", "heroku", ("HRKU-AA{W58}",)),
    Rule("fly-token", "Fly.io token", "cloud-other", ("fo1_{W43}", "fm(1a|1r|2)_{B100-600}{q0-2}")),
    Rule(
        "cloudflare-token",
        "Cloudflare API token or origin key",
        "cloudflare",
        (
            "v1.0-{h24}-{h146}",
            "(cloudflare_api_token|cf_api_token|cloudflare_token){assign}<{W40}>",
        ),
        ignore_case=True,
        open_front=True,
    ),
    Rule(
        "datadog-key",
        "Datadog API or application key",
        "monitoring-other",
        (
            "(dd|datadog)_api_key{assign}<{h32}>",
            "(dd|datadog)_app(|lication)_key{assign}<{h40}>",
        ),
        ignore_case=True,
    ),
    Rule("alibaba-key-id", "Alibaba Cloud access key id", "cloud-other", ("LTAI{A20}",), "warning"),
    Rule("databricks-token", "Databricks token", "databricks", ("dapi{h32}(|-2|-3)",)),
    Rule("vault-token", "HashiCorp Vault token", "vault", ("hv(s|b|r).{W90-300}",)),
    Rule("terraform-token", "HCP Terraform token", "vault", ("{A14}.atlasv1.{W60-70}",)),
    Rule("supabase-key", "Supabase secret key", "supabase", ("sbp_{h40}", "sb_secret_{W31}")),
    Rule("vercel-token", "Vercel token", "cloud-other", ("vc(k|a|i|r|p)_{A56}",)),
    Rule("netlify-token", "Netlify token", "cloud-other", ("nfp_{A36}",)),
    Rule("render-key", "Render API key", "cloud-other", ("rnd_{A28-32}",)),
    Rule(
        "planetscale-token", "PlanetScale token", "cloud-other", ("pscale_(tkn|oauth|pw)_{W32-64}",)
    ),
    Rule("neon-key", "Neon API key", "cloud-other", ("napi_{L64}",)),
    Rule(
        "atlas-secret", "MongoDB Atlas service account secret", "cloud-other", ("mdb_sa_sk_{W40}",)
    ),
    Rule(
        "doppler-token",
        "Doppler token",
        "doppler",
        ("dp.(pt|ct|sa|scim|audit).{A40-44}", "dp.st.{t2-35}.{A40-44}"),
    ),
    Rule("pulumi-token", "Pulumi access token", "cloud-other", ("pul-{h40}",)),
    Rule(
        "tailscale-key",
        "Tailscale key",
        "cloud-other",
        ("tskey-(api|auth|client|scim)-{A8-20}-{A20-40}",),
    ),
    Rule("openshift-token", "OpenShift user token", "cloud-other", ("sha256~{W43}",)),
    Rule(
        "onepassword-token",
        "1Password service account token or secret key",
        "onepassword",
        (
            "ops_eyJ{B250-2000}{q0-2}",
            "A3-{U6}-(|{U6}-){U5}-{U5}-{U5}-{U5}",
            "A3-{U6}-{U11}-{U5}-{U5}-{U5}",
        ),
    ),
    Rule("age-key", "age secret key", "keys", ("AGE-SECRET-KEY-1{U58}",)),
)
