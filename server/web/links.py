"""The link for phones, and its QR code, for the projector's page.

The projector's browser may be on this machine, where the server is `localhost`: no phone finds it by that name. Then
the link has the address by which others reach it.
"""

from http import HTTPStatus

from websockets.http11 import Request, Response

from p2p.protocol.server_address import is_loopback
from p2p.sim.shell.qr_code import svg
from server.web.answers import TEXT, answer
from server.web.host_names import plain_host

LINK, PICTURE = "/link", "/qr.svg"
CODE_MAX = 16
"""Letters of the longest code: the picture is not for texts of strangers."""
SVG = "image/svg+xml; charset=utf-8"
LABEL = "QR code of the link"


class Links:
    """`page`: its address for others, known when the server listens; nothing before."""

    def __init__(self, secure: bool) -> None:
        self._scheme = "https" if secure else "http"
        self.page = ""

    def has(self, path: str) -> bool:
        """Whether an address is one of these."""
        return path.partition("?")[0] in (LINK, PICTURE)

    def answer(self, request: Request, method: str, host: str) -> Response:
        """The link as text, or as a picture; `?CODE` behind it has the code in the link."""
        path, _, code = request.path.partition("?")
        link = self._for(host) + (f"#{code}" if is_code(code) else "")
        if path == LINK:
            return answer(HTTPStatus.OK, TEXT, link.encode() + b"\n", method)
        return answer(HTTPStatus.OK, SVG, svg(link, LABEL).encode(), method)

    def _for(self, host: str) -> str:
        if self.page and is_loopback((plain_host(host) or "").strip("[]")):
            return self.page
        return f"{self._scheme}://{host}/"


def is_code(text: str) -> bool:
    """Whether it may be a code, of a class or of a card."""
    return 0 < len(text) <= CODE_MAX and text.isascii() and text.isalnum()
