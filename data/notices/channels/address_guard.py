"""Checks webhook addresses: https, to a host in the settings, at a public or explicitly allowed IP address.

A host is resolved once, all its addresses must be allowed, and the connection goes to the checked address. A name that
later resolves to another address (DNS rebinding) therefore has no effect.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from data.errors import ConfigurationError, DeliveryError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NOT_PUBLIC = tuple(
    ip_network(one)
    for one in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # the nearest 6to4 relay, whoever runs it
        "64:ff9b:1::/48",  # NAT64 of a network's own
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing inside a network
        "fec0::/10",  # site-local
    )
)
"""Networks that are not public, although some supported Python versions treat them as public."""
LONGEST = 2_000
HTTPS = 443


@dataclass(frozen=True)
class Target:
    """The checked address of a webhook: host, port, and path with query."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as in the `Host` header; the port is omitted if it is 443."""
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


def target_of(url: str, hosts: Sequence[str]) -> Target:
    """Return the target of a URL. Raises ConfigurationError unless it is a plain https address of one of the hosts.

    A user before the host, a fragment, a backslash, a space and non-ASCII characters are rejected. The host must be a
    plain name or a plain IPv4 address, so that no two libraries can parse it differently.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS
    except ValueError as error:
        raise _refused(url, "it is not a valid address") from error
    if len(url) > LONGEST or re.search(r"[^\x21-\x7e]|\\", url):
        raise _refused(url, f"it has more than {LONGEST:,} characters, or characters that an address cannot have")
    if parts.scheme != "https":
        raise _refused(url, "it is not https")
    if "@" in parts.netloc or parts.fragment:
        raise _refused(url, "it contains a user or a fragment")
    host = (parts.hostname or "").rstrip(".")
    if not HOST.fullmatch(host) or _is_odd_number(host):
        raise _refused(url, "its host is neither a plain name nor a plain IPv4 address")
    if host not in {one.lower().rstrip(".") for one in hosts}:
        raise ConfigurationError(f"the webhook's host {host} is not allowed", "add the host to notice_webhook_hosts")
    query = f"?{parts.query}" if parts.query else ""
    return Target(host, port, (parts.path or "/") + query)


def checked_address(target: Target, allowed: Sequence[Network], resolve: Resolve | None = None) -> str:
    """Return the IP address to connect to.

    Raises DeliveryError when the host cannot be resolved, or unless each of its addresses is public or allowed.
    """
    found = (resolve or resolved)(target.host, target.port)
    if not found:
        raise DeliveryError(f"{target.host} has no address")
    for address in found:
        if not is_allowed(address, allowed):
            raise DeliveryError(
                f"{target.host} resolves to {address}, which is not a public address",
                "correct the webhook's host, or add the network of this address to notice_webhook_networks",
            )
    return found[0]


def is_allowed(text: str, allowed: Sequence[Network]) -> bool:
    """Return True if an IP address is public or in an allowed network; False for text that is not an IP address."""
    try:
        address = _plain(ip_address(text))
    except ValueError:
        return False
    if _is_in(address, allowed):
        return True
    is_inside = address.is_multicast or address.is_reserved or _is_in(address, NOT_PUBLIC)
    return address.is_global and not is_inside


def resolved(host: str, port: int) -> Sequence[str]:
    """Return every IP address of a host, each once. Raises DeliveryError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise DeliveryError(f"{host} cannot be resolved: {error}") from error
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in one for one in networks if one.version == address.version)


def _plain(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 address (mapped, 6to4, Teredo, NAT64), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    teredo = address.teredo[1] if address.teredo else None
    nat64 = IPv4Address(int(address) & 0xFFFFFFFF) if address in IPv6Network("64:ff9b::/96") else None
    return address.ipv4_mapped or address.sixtofour or teredo or nat64 or address


def _is_odd_number(host: str) -> bool:
    """Return True for an octal, hexadecimal or incomplete IPv4 address, which libraries parse differently."""
    last = host.rpartition(".")[2]
    numeric = last.isdecimal() or last.startswith("0x")
    return numeric and not re.fullmatch(r"((0|[1-9]\d{0,2})\.){3}(0|[1-9]\d{0,2})", host)


def _refused(url: str, why: str) -> ConfigurationError:
    shown = ascii(url.split("?", 1)[0][:60]) if "@" not in url else "the address"
    return ConfigurationError(f"{shown} cannot be a webhook: {why}", "write it as https://host/path")
