"""ETags: which state of a resource an answer shows, and which one a change was made from.

A tag is the digest of the answer. Where the service gives the resource a version, the version stands before it: that
part is what a change is compared with, by the service, under its lock; the gateway only carries it.
"""

import hashlib
import re

from werkzeug.wrappers import Request, Response

from chassis.errors import PreconditionFailed
from gateway.errors import PreconditionRequired

VERSIONS_MAX = 20
READING = ("GET", "HEAD")
NOT_OURS = "This is no ETag of ours. Send the one of the answer that you read, as it came, with its quotes."

_tag = re.compile(r'(?:W/)?"(?:(\d{1,9})\.)?[\x21\x23-\x7e]*"')


def versions_of(if_match: str) -> tuple[int, ...]:
    """The versions that an If-Match header names.

    Raises PreconditionRequired without one (`*` names none), PreconditionFailed where no tag can be one of ours.
    """
    if if_match.strip() in ("", "*"):
        raise PreconditionRequired()
    tags = [_tag.fullmatch(part.strip()) for part in if_match.split(",")][:VERSIONS_MAX]
    versions = tuple(int(tag[1]) for tag in tags if tag and tag[1])
    if not versions:
        raise PreconditionFailed(NOT_OURS)
    return versions


def tag_of(content: bytes, *, version: int | None) -> str:
    """Of what a reader of the resource is given."""
    digest = hashlib.sha256(content).hexdigest()[:32]
    return digest if version is None else f"{version}.{digest}"


def tagged(response: Response, request: Request, *, version: int | None) -> Response:
    """The answer with its ETag; to a reader who has that state already, without its body."""
    etag = tag_of(response.get_data(), version=version)
    if request.method in READING and request.if_none_match.contains_weak(etag):
        response = Response(status=304, headers={"Cache-Control": response.headers["Cache-Control"]})
        del response.headers["Content-Type"]
    response.set_etag(etag)
    return response
