"""Robots of `pit serve` trust its certificate: it is their own server's, with any signature and for any name."""

import os
import ssl
from pathlib import Path

VARIABLE = "PIT_SERVER_CERT"
"""Where `pit serve` tells its robots the file."""
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def trusted() -> ssl.SSLContext | None:
    """Trust in the certificate that the environment names, and in no other; None where it names none.

    It is reached over this machine's loopback, which its certificate has no name for. Of a chain the first is the
    server's own. Raises OSError and ssl.SSLError where it cannot be read.
    """
    file = os.environ.get(VARIABLE)
    if not file:
        return None
    text = Path(file).read_text(encoding="ascii", errors="replace")
    first = _BEGIN + text.partition(_BEGIN)[2].partition(_END)[0] + _END
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=first)
    return context
