"""Words to one seat, words beside a request for help, and free answers: in files of their own beside the journal.

The journal has salted digests. A digest without its salt says nothing of words that somebody could guess. The files may
be deleted: the recording verifies as before.

A file is a JSON object, a line for each of its words. New ones are written behind the last, so that an answer costs as
much as the first one did. A line that a crash has cut is none: nobody was told that its words are kept.
"""

import secrets
import threading
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from p2p.base.safe_text import printable
from p2p.messages import AnswerHelp, Help, Respond, Tell
from p2p.protocol.codec import ProtocolError
from recordings.journal.disk import Disk

MESSAGES, ANSWERS = "messages.json", "answers.json"
"""The files: words to and from the experimenter, and what people answer in their own words."""
BEGIN, END = b"{\n", b"\n}"
_Said = TypeVar("_Said", bound=Tell | AnswerHelp | Help)


def new_salt() -> str:
    """128 bits that nobody can guess."""
    return secrets.token_hex(16)


class SaltedWords(msgspec.Struct, frozen=True):
    """Words and the salt of their digest."""

    salt: str
    text: str


class PrivateWords:
    """The words by their digests; kept durably before the session is told that there are any.

    `words` is filled for those who look words up (the feeds). `salt` draws salts.
    """

    def __init__(self, path: Path, disk: Disk, words: dict[str, str]) -> None:
        self._path, self._disk, self.words = path, disk, words
        self._kept: dict[str, SaltedWords] = {}
        self._keeping = threading.Lock()
        self._size: int | None = None
        """The bytes of the file up to its last line's end; None where it is written anew as a whole next time."""
        self.salt: Callable[[], str] = new_salt
        try:
            self._kept = read_words(disk.read(self._path))
        except FileNotFoundError:
            return
        words.update({digest: one.text for digest, one in self._kept.items()})

    def kept(self, said: _Said) -> _Said:
        """The message as it is journaled: with a digest for its words. Raises ProtocolError.

        An answer and a request for help may have none.
        """
        text = printable(said.text).strip()
        if not text:
            if isinstance(said, Tell):
                raise ProtocolError("bad_payload", "tell: there are no words to say")
            return replace(said, text="", digest="")
        return replace(said, text="", digest=self._keep(text))

    def kept_answer(self, said: Respond) -> Respond:
        """An answer as it is journaled: its words as their length and digest. Raises ProtocolError."""
        text = printable(said.text, lines=True).strip()
        digest = self._keep(text) if text else ""
        return replace(said, text="", length=len(text), digest=digest)

    def _keep(self, text: str) -> str:
        """Keep words durably; their digest. Waits for the disk: call it in a thread."""
        with self._keeping:
            salt = self.salt()
            digest = _digest(salt, text)
            said = SaltedWords(salt, text)
            try:
                self._write(digest, said)
            except OSError as error:
                self._size = None
                raise ProtocolError("busy", f"the words cannot be kept: {error.strerror}") from error
            self._kept[digest], self.words[digest] = said, text
            return digest

    def _write(self, digest: str, said: SaltedWords) -> None:
        """Behind the last line, if the file is as it was left; else the file as a whole."""
        if self._size is None:
            lines = b",\n".join(_line(one, words) for one, words in (*self._kept.items(), (digest, said)))
            self._disk.replace(self._path, BEGIN + lines + END)
            self._size = len(BEGIN) + len(lines)
        else:
            line = b",\n" + _line(digest, said)
            self._disk.append(self._path, self._size, line + END)
            self._size += len(line)


def read_words(data: bytes) -> dict[str, SaltedWords]:
    """The words of a file, without a last line that a crash has cut. Raises MsgspecError where it is none of ours."""
    try:
        return msgspec.json.decode(data, type=dict[str, SaltedWords])
    except msgspec.MsgspecError:
        if not data.startswith(BEGIN):
            raise
    found: dict[str, SaltedWords] = {}
    for line in data[len(BEGIN) :].split(b"\n"):
        try:
            one = msgspec.json.decode(b"{" + line.rstrip(b",") + b"}", type=dict[str, SaltedWords])
        except msgspec.MsgspecError:
            break
        if any(_digest(words.salt, words.text) != digest for digest, words in one.items()):
            break
        found |= one
    return found


def _line(digest: str, said: SaltedWords) -> bytes:
    return msgspec.json.encode(digest) + b":" + msgspec.json.encode(said)


def _digest(salt: str, text: str) -> str:
    return blake2b(text.encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()
