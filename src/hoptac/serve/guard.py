"""What every request must pass: its host, its origin and the size of its body.

A page from elsewhere must not drive a server on this machine: by a name that is made to point here (DNS
rebinding, Jackson et al., "Protecting Browsers from DNS Rebinding Attacks", CCS 2007) the ``Host`` header
gives it away, by a plain cross-site request the ``Origin`` header.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from hoptac.serve.settings import Settings

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_DRAINED = 8  # so many times the limit is still read and thrown away
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class Guard:
    """ASGI middleware; answers in the API's own form of an error."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refused = self._refusal(scope)
        if refused is None:
            body = await _read(receive, self.settings.max_bytes)
            if body is not None:
                await self.app(scope, _replay(body, receive), send_guarded)
                return
            limit = self.settings.max_bytes / 2**20
            refused = 413, f"The request is larger than {limit:g} MiB, the most this server takes."
        status, message = refused
        response = JSONResponse({"error": message}, status, headers={"Connection": "close"})
        await response(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._known(_name(host)):
            return 421, f"This server does not answer to the name {host!r}; start it with --host to add one."
        origin = headers.get("origin")
        foreign = origin is not None and origin.partition("://")[2].lower() != host.lower()
        if foreign and scope["method"] not in _SAFE_METHODS:
            return 403, f"Requests from pages of another site ({origin}) are refused."
        return None

    def _known(self, name: str) -> bool:
        if name in self.settings.hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.settings.any_address


def _name(host: str) -> str:
    """The name of a ``Host`` header, without port and without the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")


async def _read(receive: Receive, limit: int) -> list[Message] | None:
    """The messages of a request's body, or None where it holds more than ``limit`` bytes."""
    messages: list[Message] = []
    size = 0
    more = True
    # A sender that is cut off never sees the answer, so a body a little too large is read to its end.
    while more and size <= limit * _DRAINED:
        message = await receive()
        size += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
        if size <= limit:
            messages.append(message)
    return messages if size <= limit else None


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = deque(messages)

    async def replayed() -> Message:
        return waiting.popleft() if waiting else await receive()

    return replayed
