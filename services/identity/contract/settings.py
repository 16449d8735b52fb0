"""Settings that identity shares with whoever shows its pages or writes its links."""

from chassis.settings import Setting

PUBLIC_URL = Setting(
    "PUBLIC_URL", "url", "The address customers reach us at, without a final slash", "http://127.0.0.1:8000"
)
TERMS_VERSION = Setting("TERMS_VERSION", "text", "Version of the terms that a new customer must accept", "2026-01")
