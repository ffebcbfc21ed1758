"""The reason why there is no connection to a server, as a sentence for a person who has typed its address."""

from http import HTTPStatus

from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus

from p2p.protocol.server_address import os_sentence


def no_connection(error: Exception) -> str:
    """Why there is no connection, as a sentence."""
    if isinstance(error, InvalidStatus) and error.response.status_code == HTTPStatus.MISDIRECTED_REQUEST:
        return "the server has no such name: type the address that pit serve prints, or give pit serve --host-name NAME"
    if isinstance(error, InvalidStatus):
        return f"another program answers there (HTTP {error.response.status_code})"
    if isinstance(error, InvalidHandshake | InvalidMessage):
        return "another program answers there, or the server speaks TLS (wss://) and the address does not"
    if isinstance(error, TimeoutError):
        return "no answer came in time"
    return os_sentence(error)
