"""The names under which the server may be asked for.

A strange page can have its own name point to this machine (DNS rebinding). A browser then takes the server for a part
of that page. The name stands in the request, so a name that is not the server's own is refused.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable

LOCALHOST = "localhost"
NAME_BYTES_MAX = 260
"""A name of 253 letters, and a port."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[0-9]{1,5})?", re.ASCII)
"""A Host header in small letters: a name or an address, and perhaps a port."""


def own_names() -> frozenset[str]:
    """This machine's own name, whole and its first part, with and without `.local`; and localhost."""
    whole = socket.gethostname().lower().rstrip(".")
    names = {whole, whole.removesuffix(".local"), whole.partition(".")[0]} - {""}
    return frozenset({LOCALHOST, *names, *(f"{name}.local" for name in names if not name.endswith(".local"))})


def plain_host(said: str) -> str | None:
    """The name or address of a Host header, without its port; None where it is none."""
    found = _HOST.fullmatch(said.lower()) if len(said) <= NAME_BYTES_MAX else None
    return found[1].rstrip(".") or None if found else None


def is_address(host: str) -> bool:
    """Whether it is an IP address, which nobody can have point elsewhere."""
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def given_name(said: str) -> str:
    """A name as browsers say it, in ASCII and small letters; raises ValueError where it is none."""
    in_ascii = said.lower().encode("idna").decode()
    if plain_host(in_ascii) != in_ascii.rstrip("."):
        raise ValueError(said)
    return in_ascii.rstrip(".")


class HostNames:
    """The machine's own names, and those that were given. `*.NAME` has one part more than NAME, as in a certificate."""

    def __init__(self, given: Iterable[str] = ()) -> None:
        self.names = own_names() | {name.lower().rstrip(".") for name in given}

    def has(self, said: str) -> bool:
        """Whether a Host header names this server."""
        host = plain_host(said)
        if host is None:
            return False
        first, _, rest = host.partition(".")
        return is_address(host) or host in self.names or bool(first and rest and f"*.{rest}" in self.names)


def is_same_origin(origin: str, host: str) -> bool:
    """Whether a page at an origin came from the host that it asks now."""
    return origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")
