"""The link for phones, and its QR code, for the projector's page; and a browser's icon.

The projector's browser may be on this machine, where the server is `localhost`: no phone finds it by that name. Then
the link has the address by which others reach it.
"""

from http import HTTPStatus

from websockets.http11 import Request, Response

from p2p.protocol.server_address import is_loopback
from p2p.sim.shell.qr_code import svg
from server.web.answers import TEXT, answer
from server.web.host_names import plain_host

LINK, PICTURE, ICON = "/link", "/qr.svg", "/favicon.ico"
CODE_MAX = 16
"""Letters of the longest code: the picture is not for texts of strangers."""
SVG = "image/svg+xml; charset=utf-8"
ICON_DRAWN = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#14323c"/>'
    b'<path d="M2 3l12 10M2 13L14 3" stroke="#f5a623" stroke-width="2" fill="none"/></svg>'
)
"""Supply and demand, for a browser's tab: browsers ask for it by themselves."""
LABEL = "QR code of the link"


class Links:
    """`page`: its address for others, known when the server listens; nothing before."""

    def __init__(self, secure: bool) -> None:
        self._scheme = "https" if secure else "http"
        self.page = ""

    def has(self, path: str) -> bool:
        """Whether an address is one of these."""
        return path.partition("?")[0] in (LINK, PICTURE, ICON)

    def costs(self, path: str) -> bool:
        """Whether something is drawn for it: 2 ms."""
        return path.partition("?")[0] == PICTURE

    def answer(self, request: Request, method: str, host: str) -> Response:
        """The link as text, or as a picture; `?CODE` behind it has the code in the link."""
        path, _, code = request.path.partition("?")
        link = self._for(host) + (f"#{code}" if is_code(code) else "")
        if path == ICON:
            return answer(HTTPStatus.OK, SVG, ICON_DRAWN, method)
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
