"""Words to one seat, words beside a request for help, and free answers: in files of their own beside the journal.

The journal has salted digests. A digest without its salt says nothing of words that somebody could guess. The files may
be deleted: the recording verifies as before.
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
        self.salt: Callable[[], str] = new_salt
        try:
            self._kept = msgspec.json.decode(disk.read(self._path), type=dict[str, SaltedWords])
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
            digest = blake2b(text.encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()
            kept = self._kept | {digest: SaltedWords(salt, text)}
            try:
                self._disk.replace(self._path, msgspec.json.encode(kept))
            except OSError as error:
                raise ProtocolError("busy", f"the words cannot be kept: {error.strerror}") from error
            self._kept, self.words[digest] = kept, text
            return digest
