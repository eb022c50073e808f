"""The socket that the workbench listens on, and its loop."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from hoptac.errors import ConfigError
from hoptac.serve.app import create_app
from hoptac.serve.settings import LOOPBACK_NAMES, Settings

if TYPE_CHECKING:
    from hoptac.tagger import Tagger

_CONNECTIONS = 100
_LAST_SECONDS = 3  # for requests that are under way when the server is stopped


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `ConfigError` where there is none to be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ConfigError(f"--host {host}: is no name or address of this machine.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere this would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"{host}, port {port}: cannot listen there ({error.strerror}); choose others with --host, --port."
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The address of the page, for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def settings_for(host: str, save: Path | None) -> Settings:
    """The settings of a server on ``host``; makes the folder ``save``, or raises `ConfigError`.

    A server that others reach answers to its IP addresses and to the names that its user knows it by.
    """
    if save is not None:
        try:
            save.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"--save {save}: cannot be made a folder ({error.strerror}).") from error
        if not os.access(save, os.W_OK):
            raise ConfigError(f"--save {save}: may not be written to; choose another folder.")
    if is_loopback(host):
        return Settings(save, hosts=LOOPBACK_NAMES | {host.lower()})
    names = {host.lower(), socket.gethostname().lower()}
    return Settings(save, hosts=LOOPBACK_NAMES | names, any_address=True)


def make_server(tagger: Tagger, settings: Settings) -> uvicorn.Server:
    """A server that is not running yet; ``run(sockets=[...])`` starts it, ``should_exit`` ends it."""
    config = uvicorn.Config(
        create_app(tagger, settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    return uvicorn.Server(config)


def run(tagger: Tagger, settings: Settings, listener: socket.socket) -> None:
    """Serve until the user interrupts."""
    with contextlib.suppress(KeyboardInterrupt):
        make_server(tagger, settings).run(sockets=[listener])
