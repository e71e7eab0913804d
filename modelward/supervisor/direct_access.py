"""Decide which addresses are reached without a proxy: those of this machine, always.

A proxy in the environment (`HTTP_PROXY` and its relatives) is of the network outside. It cannot reach this machine's
own loopback addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
EXCEPTIONS: Final = ("NO_PROXY", "no_proxy")
PROXIES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy"})
SCHEMES: Final = frozenset({"", "http", "https"})
SOCKS_SCHEMES: Final = frozenset({"socks5", "socks5h"})
"""Schemes of a proxy that need the package `socksio`."""


def is_loopback(url: str) -> bool:
    """Return True if the address is one of this machine that no other machine can reach."""
    return urlsplit(url).hostname in LOOPBACK


def direct_access(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which HTTP clients reach this machine directly, whatever proxies are set.

    Both spellings get the exceptions of both, because a client that reads one of them ignores the other. A proxy of a
    scheme that the client of Prefect cannot use is set to nothing: it would refuse every address, this machine's too.
    """
    given = [host.strip() for name in EXCEPTIONS for host in environment.get(name, "").split(",") if host.strip()]
    hosts = "*" if "*" in given else ",".join(dict.fromkeys((*given, *LOOPBACK)))
    usable = SCHEMES | (SOCKS_SCHEMES if find_spec("socksio") else frozenset())
    refused = (name for name, value in environment.items() if name.lower() in PROXIES and _scheme(value) not in usable)
    return dict.fromkeys(EXCEPTIONS, hosts) | dict.fromkeys(refused, "")


def _scheme(proxy: str) -> str:
    return proxy.partition("://")[0].lower() if "://" in proxy else ""
