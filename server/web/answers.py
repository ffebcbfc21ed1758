"""Answers to requests that are no WebSocket's: a file of the page, or a short sentence."""

from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from server.web.static_files import StaticFile

METHODS = ("GET", "HEAD")
NOT_FOUND = "nothing is at this address; the page of the lab is at /\n"
NOT_ALLOWED = "files can be fetched here (GET, HEAD), and nothing else\n"
MISDIRECTED = (
    "this server has no such name: use the address that pit serve prints, or start pit serve with --host-name NAME\n"
)
ASKED_TOO_OFTEN = "asked too often; ask again in a moment\n"
TEXT = "text/plain; charset=utf-8"


def policy(host: str) -> str:
    """The rules of the page: it loads its own files, and connects to the same host, which old browsers want named."""
    own = f"connect-src 'self' ws://{host} wss://{host}" if host else "connect-src 'self'"
    return f"default-src 'self'; {own}; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


SAFE = {
    "Content-Security-Policy": policy(""),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers that every answer has."""


def headers(kind: str, size: int | None, host: str = "") -> Headers:
    """The headers of every answer."""
    said = Headers()
    said["Date"] = formatdate(usegmt=True)
    said["Connection"] = "close"
    if size is not None:
        said["Content-Length"] = str(size)
        said["Content-Type"] = kind
    said.update(SAFE | {"Content-Security-Policy": policy(host)})
    return said


def answer(status: HTTPStatus, kind: str, body: bytes, method: str = "GET", **more: str) -> Response:
    """A whole answer; `more` are headers, with underscores for hyphens."""
    said = headers(kind, len(body))
    for name, value in more.items():
        said[name.replace("_", "-")] = value
    return Response(status.value, status.phrase, said, b"" if method == "HEAD" else body)


def sentence(status: HTTPStatus, text: str, method: str = "GET", **more: str) -> Response:
    """A short answer in words."""
    return answer(status, TEXT, text.encode(), method, **more)


def refused_before(status: HTTPStatus, text: str, **more: str) -> bytes:
    """The same as bytes, for a connection that is not the library's yet."""
    return sentence(status, text, **more).serialize()


def file_answer(files: Mapping[str, StaticFile], request: Request, method: str, host: str) -> Response:
    """The file that is asked for, nothing where the browser has it already, or that there is none."""
    path = request.path.partition("?")[0]
    if (file := files.get(path)) is None:
        return sentence(HTTPStatus.NOT_FOUND, NOT_FOUND, method)
    sent = file.compressed if takes_gzip(request.headers.get_all("Accept-Encoding")) else file.plain
    same = has_tag(request.headers.get_all("If-None-Match"), sent.tag)
    said = headers(file.kind, None if same else len(sent.body), host)
    said["ETag"] = sent.tag
    said["Vary"] = "Accept-Encoding"
    if same:
        return Response(HTTPStatus.NOT_MODIFIED.value, HTTPStatus.NOT_MODIFIED.phrase, said, b"")
    if sent is file.compressed:
        said["Content-Encoding"] = "gzip"
    return Response(HTTPStatus.OK.value, HTTPStatus.OK.phrase, said, b"" if method == "HEAD" else sent.body)


def takes_gzip(said: list[str]) -> bool:
    """Whether a browser takes a file that is compressed."""
    for one in ",".join(said).lower().replace(" ", "").split(","):
        name, _, weight = one.partition(";q=")
        if name == "gzip":
            return not weight or bool(weight.strip("0."))
    return False


def has_tag(said: list[str], tag: str) -> bool:
    """Whether a browser says that it has the file of this tag."""
    tags = {one.strip().removeprefix("W/") for one in ",".join(said).split(",")}
    return tag in tags or "*" in tags
