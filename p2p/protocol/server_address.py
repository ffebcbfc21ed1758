"""Where a server is, as people type it, and what a failure to reach it means, as a sentence."""

import errno
import ipaddress
import re
from urllib.parse import quote, urlsplit

PORT = 8765
"""Where `pit serve` listens unless it is told; an address with a scheme means the scheme's own."""
SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}

SENTENCES = {
    errno.ECONNREFUSED: "nothing listens there; is the server running, and is the port right?",
    errno.ETIMEDOUT: "no answer came in time; is the address right, and does a firewall let it through?",
    errno.EHOSTUNREACH: "there is no way to that machine from here",
    errno.ENETUNREACH: "there is no way to that network from here",
    errno.ECONNRESET: "the other side cut the connection",
    errno.EPIPE: "the other side cut the connection",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EADDRINUSE: "another program listens there",
    errno.EACCES: "it is not allowed here",
    errno.EPERM: "it is not allowed here",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk's quota is used up",
    errno.EROFS: "the disk can be read only",
    errno.EIO: "the disk has failed",
    errno.EMFILE: "this program has too many files and connections open",
    errno.ENFILE: "this machine has too many files and connections open",
    errno.ENOENT: "it is not there",
    errno.ENOTDIR: "a part of its path is a file",
    errno.EISDIR: "it is a folder",
    errno.EEXIST: "it is there already",
    errno.ENAMETOOLONG: "its name is too long",
}
"""Errors of the operating system, worded for somebody who has typed a command."""
_NUMBER = re.compile(r"\[Errno (-?\d+)\]")
NO_HOST = "there is no machine of that name; is it spelled right?"


def websocket_url(typed: str) -> str:
    """The address as a WebSocket's; `host:port` will do, and `host` where the server has its usual port.

    Raises ValueError with a right example.
    """
    whole = typed if "://" in typed else f"ws://{typed}"
    try:
        parts = urlsplit(whole)
        if whole != typed and parts.hostname and parts.port is None:
            parts = parts._replace(netloc=f"{parts.netloc.removesuffix(':')}:{PORT}")
        fine = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(f"'{typed}' is no address to join; pit serve prints one, such as ws://127.0.0.1:8765")
    return parts._replace(scheme=SCHEMES[parts.scheme]).geturl()


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own and nobody else's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def page_link(url: str, code: str = "", path: str = "") -> str:
    """The page's address at a WebSocket's, for a browser. A code goes behind it, in a part that no browser sends."""
    behind = f"#{quote(code, safe='')}" if code else ""
    return f"http{url.removeprefix('ws').rstrip('/')}/{path}{behind}"


def page_for_phones(join: str, code: str = "") -> str:
    """The page's link at an address that was typed; nothing where it is none, or this machine's alone."""
    try:
        url = websocket_url(join)
    except ValueError:
        return ""
    return "" if is_loopback(urlsplit(url).hostname or "") else page_link(url, code)


def os_sentence(error: BaseException) -> str:
    """An operating system's error as a sentence without its number; of several of one kind, once."""
    if type(error).__name__ in ("gaierror", "herror"):
        return NO_HOST
    if type(error).__module__ == "ssl":
        return "TLS is not agreed on: is the address ws:// for wss://, or the certificate another's?"
    number = getattr(error, "errno", None)
    if not isinstance(number, int):
        found = _NUMBER.search(str(error))
        number = int(found[1]) if found else None
    sentence = SENTENCES.get(number) if number is not None else None
    if sentence:
        return sentence
    said = getattr(error, "strerror", None) or _NUMBER.sub("", str(error)).strip(" :")
    return str(said) or type(error).__name__
