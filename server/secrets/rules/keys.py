"""Private keys, signed tokens, and passwords inside addresses."""

from typing import Final

from server.secrets.rule import Rule

_HARMLESS_ADDRESS: Final = (
    r"[^:]*://[^:]*:(?:(?:[a-z_.-]|%20){1,24}|[A-Z_.-]{1,24}|pass(?:word|wd)?\d*|secret\d*|\$\w+|%\w{1,30}%?"
    r"|\d{1,5}|[^@]*,[^@]*:[^@]*|.{0,3}[*x]{3,})@.*"
    r"|.*@(?:[\w.-]+\.)?(?:example(?:\.\w+)?|test|invalid|host|hostname|server|domain(?:\.\w+)?)"
)
"""A dictionary's word for a password, a variable, a port, or a host of documentation."""
_OF_ONE_MACHINE: Final = (
    r"[^@]*@(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|host\.docker\.internal)"
    r"|[^:]*://[^:]*:(?:test|demo|dev|local|sample|guest|admin|root|user|postgres|mysql|redis)"
    r"[_-]?\d{0,6}@.*"
)
"""Nobody else reaches the host, or the password is the first that anybody tries."""

KEYS: Final = (
    Rule(
        "private-key",
        "Private key",
        "keys",
        (
            (
                "-----BEGIN (|RSA |EC |DSA |OPENSSH |ENCRYPTED |ANY |SSH2 ENCRYPTED )"
                "PRIVATE KEY-----{pem}"
            ),
            "-----BEGIN PGP PRIVATE KEY BLOCK-----{pem}",
        ),
        stops=("EXAMPLE",),
        unlike=r"(?:(?![A-Za-z0-9+/]{48}).)*",
        open_front=True,
    ),
    Rule(
        "jwt",
        "JSON web token",
        "jwt",
        ("eyJ{W14-2000}.eyJ{W14-4000}.{W20-1000}",),
        "warning",
        stops=("IiOiIxMjM0NTY3ODkw", "eyJzb21lIjoicGF5bG9hZCJ9"),
    ),
)
"""A token's stops are the subject and the payload of the samples that documentation shows."""

ADDRESSES: Final = (
    Rule(
        "database-address",
        "Password in a database's address",
        "database",
        (
            (
                "(postgres|postgresql|mysql|mariadb|mongodb|mongodb+srv|mssql|sqlserver|clickhouse"
                "|oracle|cockroachdb)://{n1-64}:<{p4-128}>@{t1-255}"
            ),
            "(postgresql|mysql|mssql|mariadb|oracle)+{L2-12}://{n1-64}:<{p4-128}>@{t1-255}",
        ),
        ignore_case=True,
        open_front=True,
        entropy_bits=1.5,
        unlike=_HARMLESS_ADDRESS,
        mild=_OF_ONE_MACHINE,
    ),
    Rule(
        "queue-address",
        "Password in a queue's or cache's address",
        "database",
        ("(redis|rediss|amqp|amqps|nats|mqtt|mqtts|kafka)://{n0-64}:<{p4-128}>@{t1-255}",),
        ignore_case=True,
        open_front=True,
        entropy_bits=1.5,
        unlike=_HARMLESS_ADDRESS,
        mild=_OF_ONE_MACHINE,
    ),
    Rule(
        "address-password",
        "Password in an address",
        "address",
        (
            "(http|https|ftp|ftps|sftp|smtp|smtps|imap|imaps|ldap|ldaps|ssh|git)://{n1-64}:<{p6-128}>@{t1-255}",
        ),
        "warning",
        ignore_case=True,
        open_front=True,
        entropy_bits=1.5,
        unlike=_HARMLESS_ADDRESS,
        mild=_OF_ONE_MACHINE,
    ),
)

GENERIC: Final = (
    Rule(
        "generic-assignment",
        "Something that is called a secret",
        "generic",
        ("(access|auth|api|credential|creds|key|passwd|password|secret|token){assign}<{g10-150}>",),
        "info",
        "generic",
        entropy_bits=3.5,
        ignore_case=True,
        open_front=True,
    ),
)
