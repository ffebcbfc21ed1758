"""Every limit of the server, with its reason: one value, handed to what it bounds. Tests hand in another."""

from dataclasses import dataclass

from p2p.protocol.server_connection import FAULTS_MAX


@dataclass(frozen=True)
class Limits:
    """The limits of one hosted session."""

    inbox_max: int = 4_096
    """Messages that wait for the single writer: at 5,000 a second it is less than a second's work; beyond, `busy`."""
    batch_max: int = 512
    """Messages handled before one sync: bounds how long the first of them waits for the last."""
    gap_s_max: float = 2.0
    """Two ticks further apart are a pause: no load makes the server so late, and nobody trades by a clock unseen."""
    gap_tick_s: float = 0.25
    """Time between two ticks of a quiet server: a pause takes back no more than this of the time before it."""
    tick_s: float = 0.02
    """Public facts leave at once after a quiet time, then once a tick; one's own at once, with the waiting ones.

    Where telling everybody takes longer than half a tick, the next is later: it never has more than half of the time.
    """
    tick_s_max: float = 0.5
    """The longest that the next tick is put off. A longer time is no telling: the machine slept meanwhile."""
    tick_lines: int = 32
    """Lines that are told before the server looks at its input: about half a millisecond."""
    behind_facts_max: int = 1_000
    """A line that had caught up and falls so far behind is cut: it resumes, and delays nobody."""
    send_s_max: float = 5.0
    """A line whose peer takes nothing for so long is cut."""
    send_bytes_max: int = 64 * 1024
    """Bytes buffered for one line before its writer waits for the peer: thousands of lines fit in memory."""
    login_s_max: float = 5.0
    """A connection that does not log in by then is closed: nobody holds a place by saying nothing."""
    lines_max: int = 2_000
    """Connections at once: seats twice over, for those who come back before their old line is gone."""
    silent_max: int = 500
    """Connections that have made no request: a client makes it in the moment of its coming."""
    waiting_max: int = 1_000
    """Connections that have made it and have not logged in: as many as one address may open at once."""
    open_max: int = 3_200
    """Connections of any kind: with the journal, the other files and those just accepted, below 4,096 descriptors."""
    accept_at_once: int = 4
    """Connections accepted before the server looks at the others: a tenth of a millisecond."""
    accepts_per_s: float = 3_000
    accepts_burst: float = 1_000
    """Connections accepted: a whole session comes back at once; of a crowd, the others wait before the door."""
    spectators_max: int = 1_000
    """Lines that only watch: seats keep half of the lines; a larger audience watches through a broker."""
    ping_s: float | None = 10.0
    pong_s: float = 20.0
    """How often a peer is asked whether it is there, and how long it may take to answer."""
    bytes_per_s: float = 32 * 1024
    bytes_burst: float = 64 * 1024
    """A connection's bytes of every kind: four times a seat's messages at their limit. Beyond, the peer waits."""
    control_per_s: float = 2
    control_burst: float = 100
    """A connection's control frames and unfinished fragments: a client needs one in ten seconds. Beyond, it is cut."""
    buffer_bytes_max: int = 1 << 20
    """Bytes that may wait for a peer at any second: a frame of a resume and the bytes before it. Beyond, it is cut."""
    queue_frames_max: int = 16
    """Frames of one line read ahead of the server: beyond, the peer waits (TCP does it)."""
    messages_per_s: float = 20
    messages_burst: float = 40
    """A seat's messages: no person says twenty orders a second, and a robot's advantage has a bound."""
    flood_burst: float = 540
    """Ten times that rate for three seconds, and the line is closed: (10 - 1) x 20 x 3."""
    handshakes_per_s: float = 50
    handshakes_burst: float = 1_000
    """An address's connections: a whole session behind one router comes back at once; more is no class."""
    health_per_s: float = 10
    health_burst: float = 50
    """An address's questions to /healthz and /metrics: they take nothing from those who trade."""
    files_per_s: float = 100
    files_burst: float = 2_000
    """An address's requests for files of the page, six and an icon each time: 280 phones behind one router load
    it at once. They take nothing from the log-ins."""
    files_waiting_max: int = 300
    """Requests for files that wait for their turn, of one address: three seconds of it. Beyond, they are told so."""
    logins_per_s: float = 1
    logins_burst: float = 20
    """A seat's log-ins, of which others may be told: a bad network comes back once a second at the worst."""
    lists_per_s: float = 0.5
    lists_burst: float = 10
    """A seat's requests for all contracts: each answer may have 27 kB, in memory and in the journal."""
    helps_per_s: float = 0.1
    helps_burst: float = 6
    """A seat's requests for help, each with words that are synced to a file: three times asked and taken back."""
    backlog_max: int = 4_096
    """Connections that wait to be let in, as far as the system allows: one that finds no room asks again a second
    later."""
    wrong_per_s: float = 1
    wrong_burst: float = 60
    """An address's wrong codes: a class that mistypes passes; at one a second, 31^8 codes take 27,000 years."""
    wrong_s_max: float = 4.0
    """How long the answer to a wrong code is held back at most, where too many come from its address."""
    class_wrong_free: int = 300
    """An address's wrong class codes in a session; beyond them its tries are looked at slowly. Forty people behind one
    address may mistype seven times each."""
    class_wrong_total: int = 3_000
    """Wrong class codes of all addresses in a session, beyond which each has `class_wrong_few` free."""
    class_wrong_few: int = 20
    """Of an address, where a crowd of them guesses: a person's own mistakes pass."""
    class_tries_per_s: float = 0.5
    class_tries_burst: float = 5
    """Tries at the class code of an address that has used up its free ones. An hour of them finds the right one of 23^6
    codes once in 70,000 times."""
    tries_at_once: int = 2
    """Codes that are looked up at once where their slow hashes alone are known: 10 ms of a processor each."""
    addresses_max: int = 10_000
    """Addresses remembered; the one not heard from for longest is forgotten first."""
    kernel_bytes_max: int = 256 * 1024
    """The operating system's own buffer for a line: with ours it stays below 1 MiB for one that does not read."""
    closing_s: float = 0.8
    """How long a line may take to get its last facts and a farewell at the end: then it is cut."""
    door_s: float = 0.2
    """Seconds allowed for connections without a login to close; with those of the lines at most one second in all."""
    joined_max: int = 100
    """Public facts that are joined for all: more come to one who catches up, at a place of their own."""
    faults_max: int = FAULTS_MAX
    """Errors a peer may make on one connection: the twentieth closes it."""
    listeners_max: int = 200
    """A demo's audience at the embedded broker; more deserve a broker of their own."""
    robots_s_max: float = 3.0
    """How long robots may take to leave after the end, before they are ended."""
    heed_s_max: float = 0.5
    """How long the robots' process may take to heed that it is ended: it has anybody's code in it, or was stopped."""


FILES_RESERVED = 48
"""Descriptors for files, the robots' process, a broker, and connections just accepted: not for those who wait."""

DEFAULT = Limits()
"""The limits of a server unless it is handed others."""

# Close codes (docs/protocol.md). After these a client has nothing to come back for:
SESSION_OVER = 4000
TAKEN_OVER = 4001
WRONG_CODE = 4002
PROTOCOL_FAULT = 4003
NOT_LET_IN = 4004
FLOODED = 4009
REMOVED = 4010
# after these it comes back:
FULL = 4013
GOING_AWAY = 1001
