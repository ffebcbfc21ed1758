"""Where a broker is, read from an address: `mqtt://[user[:password]@]host[:port][/session]`, `mqtts://` for TLS."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class Broker:
    """A broker, and what it wants to know of us. `session` is the path of the address, if it has one."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = None
    ca_file: str | None = None
    session: str = ""

    @property
    def name(self) -> str:
        """The address as it may be shown: without the password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


def broker_at(address: str, password: str | None = None, ca_file: str | None = None) -> Broker:
    """The broker of an address; raises ValueError with a right example."""
    wrong = f"'{address.rpartition('@')[2]}' is no broker's address; one is mqtt://127.0.0.1:1883"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise ValueError(wrong) from error
    if parts.scheme not in PORTS or not parts.hostname or "?" in address or "#" in address:
        raise ValueError(wrong)
    session = parts.path.strip("/")
    if set(session) & set("/+"):
        raise ValueError(f"'{session}' is no session's name")
    if ca_file and parts.scheme != "mqtts":
        raise ValueError("a certificate authority is for mqtts:// only")
    return Broker(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "mqtts",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else password,
        ca_file=ca_file,
        session=session,
    )
