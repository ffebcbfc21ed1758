"""A certificate that this machine signs itself, with the extra `tls` (cryptography): nobody else vouches for it.

It is kept, so that a phone asks once, and made anew where it ends soon or lacks a name. Its key is its owner's alone.
"""

import datetime
import ipaddress
import os
from collections.abc import Iterable
from pathlib import Path

from p2p.protocol.server_address import os_sentence
from recordings.journal.store import write_whole
from server.connections.transport import TransportError
from server.serve.listen_address import from_outside
from server.web.host_names import is_address, own_names

MISSING = (
    "the lab was installed without its extra 'tls' (cryptography): PIT_EXTRAS=tls ./pit --version adds it, "
    "or give --tls-cert and --tls-key"
)
DAYS = 90
"""Of a certificate: a term. Phones refuse those that are good for years."""
DAYS_LEFT_MIN = 7
"""An older one is made anew: none ends in a week of class."""
CERT, KEY = "cert.pem", "key.pem"


def state_folder() -> Path:
    """The user's folder for what programs keep."""
    home = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".local" / "state") / "pit" / "tls"


def wanted_names(host: str, host_names: Iterable[str]) -> set[str]:
    """The names and addresses by which this machine is asked."""
    outside = from_outside(host)
    named = {name.lower().rstrip(".") for name in (*host_names, host) if name}
    return {*own_names(), "127.0.0.1", "::1", *named, *([outside] if outside else [])} - {"0.0.0.0", "::"}


def self_signed(names: set[str], folder: Path, now: datetime.datetime) -> tuple[Path, Path, str]:
    """The files of certificate and key, and its fingerprint; raises TransportError."""
    try:
        import cryptography.x509  # noqa: F401
    except ImportError as error:
        raise TransportError(MISSING) from error
    cert, key = folder / CERT, folder / KEY
    try:
        if not _is_good(cert, key, names, now):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            signed, its_key = _made(names, now)
            write_whole(key, its_key)
            write_whole(cert, signed)
        return cert, key, _fingerprint(cert)
    except OSError as error:
        raise TransportError(f"the certificate cannot be kept in {folder}: {os_sentence(error)}") from error


def _is_good(cert: Path, key: Path, names: set[str], now: datetime.datetime) -> bool:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        its_key = load_pem_private_key(key.read_bytes(), None).public_key()
        kept = x509.load_pem_x509_certificate(cert.read_bytes())
        alternatives = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    if kept.public_key() != its_key:
        return False
    has = {*alternatives.get_values_for_type(x509.DNSName)}
    has |= {str(one) for one in alternatives.get_values_for_type(x509.IPAddress)}
    return names <= has and kept.not_valid_after_utc - now > datetime.timedelta(days=DAYS_LEFT_MIN)


def _made(names: set[str], now: datetime.datetime) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "trading lab")])
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(name)) if is_address(name) else x509.DNSName(name) for name in sorted(names)
    ]
    signed = (
        x509.CertificateBuilder(title, title, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return signed.public_bytes(serialization.Encoding.PEM), key.private_bytes(*form)


def _fingerprint(cert: Path) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    return x509.load_pem_x509_certificate(cert.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()


def what_phones_show(fingerprint: str) -> tuple[str, ...]:
    """Lines for the person who starts the server."""
    return (
        "the certificate is signed by this machine alone: every browser warns before it opens the page, once a device",
        'an Android phone: "Your connection is not private": Advanced, then Proceed',
        'an iPhone: "This Connection Is Not Private": Show Details, then visit this website',
        "try one phone of each kind before class: some refuse the connection behind the page all the same",
        f"whoever wants to be sure compares its SHA-256: {fingerprint}",
    )
