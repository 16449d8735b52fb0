"""Every key of a stack, made once and never overwritten."""

from pathlib import Path

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
    "links",
    "cursors",
    "fingerprints",
)


def ensure_keys(*, folder: Path) -> None:
    """Make what is missing, 0600, in a folder that only its owner enters."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for purpose in SIGNING:
        if not has_keys(folder=folder, purpose=purpose):
            add_signing_key(folder=folder, purpose=purpose)
    for purpose in SECRET:
        if not has_keys(folder=folder, purpose=purpose):
            add_secret_key(folder=folder, purpose=purpose)
