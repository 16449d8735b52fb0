"""The HTTP server under the gateway: strict about what it reads, and nobody holds it up by being slow."""

from chassis.web.body import TooManyChunks
from chassis.web.connection import (
    BODY_SECONDS,
    HEAD_SECONDS,
    IDLE_SECONDS,
    WRITE_SECONDS,
    Application,
    refused_barely,
)
from chassis.web.reading import Unserved
from chassis.web.server import WebServer

__all__ = [
    "BODY_SECONDS",
    "HEAD_SECONDS",
    "IDLE_SECONDS",
    "WRITE_SECONDS",
    "Application",
    "TooManyChunks",
    "Unserved",
    "WebServer",
    "refused_barely",
]
