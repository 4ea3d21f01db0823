"""Encryption of what backups write, with Fernet; without a key everything stays as it is.

The key file holds one key a line. The first one encrypts, every one decrypts: a new key is put
before the old ones, which are needed as long as their backups are.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from playbooks.errors import BackupUnusable

# cryptography is heavy, and most servers never write a backup.
if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

PRIVATE_FILE: Final = 0o600


class KeyMissing(BackupUnusable):
    """It can be read with its key alone: that says nothing of whether it is whole."""


class Sealer(Protocol):
    """Seals bytes, and opens what it sealed."""

    @property
    def encrypts(self) -> bool:
        """Whether what is sealed can be read by the key's holder alone."""
        ...

    def seal(self, plain: bytes) -> bytes:
        """One line of bytes where it encrypts, else the same bytes."""
        ...

    def open(self, sealed: bytes) -> bytes:
        """What was sealed; KeyMissing when it was sealed with another key, or changed."""
        ...


class Unsealed:
    """There is no key."""

    encrypts = False

    def seal(self, plain: bytes) -> bytes:
        """The same bytes."""
        return plain

    def open(self, sealed: bytes) -> bytes:
        """The same bytes."""
        return sealed


class Sealed:
    """With the keys of a file, which is read at first use."""

    encrypts = True

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        self._keys: MultiFernet | None = None

    def seal(self, plain: bytes) -> bytes:
        """A Fernet token, which holds no line end."""
        return self._opened().encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """What is in the token."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - heavy, see above

        try:
            return self._opened().decrypt(sealed)
        except InvalidToken:
            raise KeyMissing(
                "The backup was encrypted with another key.",
                remedy="Put the key it was made with into the key file (one a line), or use"
                " another backup: nobody can read one whose key is lost.",
            ) from None

    def _opened(self) -> "MultiFernet":
        if self._keys is None:
            self._keys = _read_keys(self._key_file)
        return self._keys


def _read_keys(file: Path) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - heavy, see above

    try:
        lines = file.read_text("ascii").split()
        return MultiFernet([Fernet(line) for line in lines])
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    except (ValueError, UnicodeDecodeError):
        reason = "it holds no key"
    raise KeyMissing(
        f"The key file of backups cannot be used: {reason}.",
        remedy="Name the right one as encryption_key_file, or make one with"
        " `notion-playbooks backups new-key FILE`.",
    )


def new_key_file(file: Path) -> None:
    """Write a new key to a file that is not there yet, for its owner alone; may raise OSError."""
    from cryptography.fernet import Fernet  # noqa: PLC0415 - heavy, see above

    file.touch(mode=PRIVATE_FILE, exist_ok=False)
    file.write_bytes(Fernet.generate_key() + b"\n")
