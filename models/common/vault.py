"""The vault: seals private keys and tokens with a key that the database never holds.

The sealing keys are taken from the first of these places that has any:

1. the environment variable ``L10N_PL_KSEF_KEY``,
2. the option ``l10n_pl_ksef_key`` of odoo.conf,
3. the file ``l10n_pl_ksef/sealing.key`` in Odoo's data directory (made by itself, mode
   0600; it lies beside the filestores, so that a database backup does not contain it).

Each place may hold several Fernet keys, split by commas or white space: the first one
seals, all of them open. To change the key: put a new one in front, restart, run
``env["l10n_pl_ksef.certificate"]._reseal_all()`` in an Odoo shell for every database,
then remove the old one. A key is 32 random bytes in URL-safe Base64, for example
from ``openssl rand -base64 32 | tr +/ -_``.
"""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo.api import Environment
from odoo.tools import config

_logger = logging.getLogger(__name__)

ENVIRONMENT_VARIABLE = "L10N_PL_KSEF_KEY"
CONFIG_OPTION = "l10n_pl_ksef_key"
KEY_FILE = Path("l10n_pl_ksef") / "sealing.key"


class VaultError(Exception):
    """A secret that cannot be sealed or opened; the text never holds a secret.

    :ivar code: ``key_unusable`` (what the server was given is no Fernet key, or the key
        file cannot be read or written) or ``sealed_with_other_key`` (the secret was
        sealed on another server or the key was lost: upload the certificates again)
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def seal(env: Environment, data: bytes) -> str:
    """Encrypt a secret for the database.

    :raises VaultError: ``key_unusable``
    """
    return _vault().encrypt(data).decode("ascii")


def unseal(env: Environment, sealed: str | None) -> bytes:
    """Open what :func:`seal` made, with any of the server's keys.

    :raises VaultError: ``key_unusable`` or ``sealed_with_other_key``
    """
    try:
        return _vault().decrypt((sealed or "").encode("ascii", "replace"))
    except InvalidToken:
        raise _other_key() from None


def reseal(env: Environment, sealed: str) -> str:
    """Seal again with the first key, keeping the time of the first sealing.

    :raises VaultError: as :func:`unseal`
    """
    try:
        return _vault().rotate(sealed.encode("ascii", "replace")).decode("ascii")
    except InvalidToken:
        raise _other_key() from None


def _other_key() -> VaultError:
    return VaultError(
        "sealed_with_other_key",
        "The secret was sealed with a key that this server does not have.",
    )


def _vault() -> MultiFernet:
    text, place = _given_keys()
    if not text:
        text, place = _key_file_text(), str(KEY_FILE)
    try:
        keys = [Fernet(key) for key in text.replace(",", " ").split()]
        return MultiFernet(keys)
    except ValueError:
        raise VaultError(
            "key_unusable",
            f"{place} does not hold Fernet keys (32 bytes in URL-safe Base64 each).",
        ) from None


def _given_keys() -> tuple[str, str]:
    """Return the keys that the administrator set, and the name of their place."""
    from_environment = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
    if from_environment:
        return from_environment, ENVIRONMENT_VARIABLE
    return str(config.get(CONFIG_OPTION) or "").strip(), CONFIG_OPTION


def key_file() -> Path:
    """Return where the key lies when the administrator set none."""
    return Path(config["data_dir"]) / KEY_FILE


def _key_file_text() -> str:
    path = key_file()
    try:
        if not path.exists():
            _make_key_file(path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(
            "key_unusable", f"The key file cannot be used: {type(error).__name__}"
        ) from None


def _make_key_file(path: Path) -> None:
    """Create the key file, whole and readable by nobody else from its first moment.

    Two workers may come here at once: the link fails for the second, which then reads
    the key of the first.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp creates with mode 0600.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)
    _logger.info("KSeF: a new sealing key was made; include %s in backups", path)
