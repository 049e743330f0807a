"""The seal on what the store keeps secret: AES-GCM, and where its key comes from.

The key lies in a file of its own in the state folder, or comes from the environment. Knows neither
accounts nor the database.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_VARIABLE = "HANDSET_KEY"
KEY_FILE_VARIABLE = "HANDSET_KEY_FILE"
_KEY_LENGTH = 32
_SALT_LENGTH = 12


class SealError(Exception):
    """The key is missing, open to others, no key, or not the one; the text says what to do."""


class Sealing:
    """Seals and opens octets under a label: what is sealed as one thing does not open as another.

    A state folder without a key gets one, unless it is `read_only`. Raises SealError and OSError.
    """

    def __init__(self, folder: Path, read_only: bool) -> None:
        self._aead = AESGCM(_key(folder, read_only))

    def sealed(self, label: str, octets: bytes) -> bytes:
        salt = secrets.token_bytes(_SALT_LENGTH)
        return salt + self._aead.encrypt(salt, octets, label.encode())

    def opened(self, label: str, sealed: bytes) -> bytes:
        """Raises SealError under another key or label."""
        try:
            return self._aead.decrypt(sealed[:_SALT_LENGTH], sealed[_SALT_LENGTH:], label.encode())
        except (InvalidTag, ValueError):  # the latter for a seal that is cut short
            raise SealError(
                f"the key does not open this store; was {KEY_VARIABLE} or the key file changed?"
            ) from None


def _key(folder: Path, read_only: bool) -> bytes:
    """The sealing key: from the environment, from the file it names, else from the folder's own."""
    if text := os.environ.get(KEY_VARIABLE):
        return _key_of(text, KEY_VARIABLE)
    if name := os.environ.get(KEY_FILE_VARIABLE):
        return _key_of(Path(name).read_text(), name)
    path = folder / "key"
    if path.exists():
        if path.stat().st_mode & 0o077:
            raise SealError(f"{path}: others can read the key; make it mode 0600")
        return _key_of(path.read_text(), str(path))
    if read_only:
        raise SealError(f"{path}: the key of this store is missing")
    key = secrets.token_bytes(_KEY_LENGTH)
    # Written beside and renamed: a crash leaves either no key or a whole one.
    fresh = folder / "key.new"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.hex())
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    return key


def _key_of(text: str, source: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_LENGTH:
        raise SealError(f"{source}: a key is {2 * _KEY_LENGTH} hex digits")
    return key
