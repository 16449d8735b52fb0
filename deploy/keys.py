"""Every key of a stack, made once and never overwritten."""

import fcntl
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chassis.keys import add_secret_key, add_signing_key, has_keys

SIGNING = (
    "context-gateway",
    "context-identity",
    "context-accounts",
    "context-payments",
    "context-notifications",
    "context-leases",
    "tokens",
)
SECRET = (
    "fields-identity",
    "fields-accounts",
    "fields-payments",
    "fields-notifications",
    "fields-gateway",
    "links",
    "cursors",
    "fingerprints",
    "paperless",
)


MAIL_WEBHOOK_KEY = "sendgrid-webhook.private.pem"


@dataclass(frozen=True)
class WebhookKey:
    """What SendGrid signs its webhooks with: the file is for who plays it, the public half for who verifies."""

    private_file: Path
    public: str


def mail_webhook_key(*, folder: Path) -> WebhookKey:
    """The key of a sandbox stack, made if it is missing; its public half in the one line that SendGrid shows."""
    path = folder / MAIL_WEBHOOK_KEY
    if not path.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = load_pem_private_key(path.read_bytes(), password=None).public_key()
    line = b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    return WebhookKey(private_file=path, public=line)


def missing_keys(*, folder: Path) -> list[str]:
    """The purposes that have no key."""
    return [purpose for purpose in (*SIGNING, *SECRET) if not has_keys(folder=folder, purpose=purpose)]


def ensure_keys(*, folder: Path) -> None:
    """Make what is missing, 0600, in a folder that only its owner enters; by one at a time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(folder):
        for purpose in SIGNING:
            if not has_keys(folder=folder, purpose=purpose):
                add_signing_key(folder=folder, purpose=purpose)
        for purpose in SECRET:
            if not has_keys(folder=folder, purpose=purpose):
                add_secret_key(folder=folder, purpose=purpose)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
