"""The experimenter's announcements, in words: beside the journal, which has their digests alone.

Words to one seat are beside them, in private_words.py.
"""

import threading
from hashlib import blake2b
from pathlib import Path

import msgspec

from p2p.base.safe_text import printable
from p2p.messages import Announce
from p2p.protocol.codec import ProtocolError
from recordings.journal.disk import Disk
from server.publishing.private_words import ANSWERS, MESSAGES, PrivateWords

FILE = "announcements.json"


class Announcements:
    """The words by their digests; kept durably before the session is told that there are any."""

    def __init__(self, folder: Path, disk: Disk, words: dict[str, str], private: dict[str, str]) -> None:
        """`words`, `private`: filled for those who look words up, to all and to one."""
        self._path, self._disk, self.words, self._keeping = folder / FILE, disk, words, threading.Lock()
        self.private = PrivateWords(folder / MESSAGES, disk, private)
        self.answers = PrivateWords(folder / ANSWERS, disk, {})
        try:
            words.update(msgspec.json.decode(disk.read(self._path), type=dict[str, str]))
        except FileNotFoundError:
            return

    def keep(self, said: Announce) -> Announce:
        """The message as it is journaled: with a digest for its words. Raises ProtocolError where there are none.

        Waits for the disk: call it in a thread.
        """
        text = printable(said.text).strip()
        if not text:
            raise ProtocolError("bad_payload", "announce: there are no words to say")
        digest = blake2b(text.encode(), digest_size=16).hexdigest()
        with self._keeping:
            if digest not in self.words:
                try:
                    self._disk.replace(self._path, msgspec.json.encode(self.words | {digest: text}))
                except OSError as error:
                    raise ProtocolError("busy", f"the words cannot be kept: {error.strerror}") from error
                self.words[digest] = text
        return Announce(digest=digest)
