"""A journal in small, `journal.jsonl.zst`: frames of whole lines. A file that was cut is read as far as it goes."""

from collections.abc import Iterator

from recordings.journal.format import FILE, JournalError

PACKED = f"{FILE}.zst"
FRAME_BYTES = 256 * 1024
"""Lines of a frame, together: small enough that a cut loses little, large enough to be packed well."""
UNPACKED_MAX = 2_000_000_000
"""Bytes of a journal that is unpacked: a session of a week has a tenth. A file made to fill the memory stops here."""
WINDOW_MAX = 8 * 1024 * 1024
"""Memory that a frame may ask for: ours ask for a megabyte."""
PIECE_BYTES = 4096
"""Unpacked at a time, so that a file made to fill the memory is noticed before it does."""
MAGIC = b"\x28\xb5\x2f\xfd"
"""The first bytes of a frame."""


def is_packed(data: bytes) -> bool:
    """Whether these are the bytes of a packed journal."""
    return data.startswith(MAGIC)


def packed(journal: bytes) -> bytes:
    """The journal's bytes in frames, each with a checksum. The same bytes give the same file."""
    import zstandard

    pack = zstandard.ZstdCompressor(level=10, write_checksum=True, write_content_size=True)
    return b"".join(pack.compress(part) for part in _parts(journal))


def unpacked(data: bytes) -> bytes:
    """The journal's bytes; of a file that was cut, as far as it goes. Raises JournalError where a frame is damaged."""
    import zstandard

    found, size, at = list[bytes](), 0, 0
    while at < len(data):
        frame = zstandard.ZstdDecompressor(max_window_size=WINDOW_MAX).decompressobj()
        while at < len(data) and not frame.eof:
            piece = data[at : at + PIECE_BYTES]
            try:
                part = frame.decompress(piece)
            except zstandard.ZstdError as error:
                raise JournalError(f"the packed journal is damaged, after {size} bytes of lines: {error}") from error
            at += len(piece) - len(frame.unused_data)
            found.append(part)
            size += len(part)
            if size > UNPACKED_MAX:
                raise JournalError(f"the packed journal holds more than {UNPACKED_MAX} bytes: no session has so many")
    return b"".join(found)


def _parts(journal: bytes) -> Iterator[bytes]:
    """Whole lines, so many bytes at a time."""
    start = 0
    while start < len(journal):
        end = journal.find(b"\n", min(start + FRAME_BYTES, len(journal)) - 1) + 1 or len(journal)
        yield journal[start:end]
        start = end
