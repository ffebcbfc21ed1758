"""Every limit of the server, with its reason."""

INBOX_MAX = 4_096
"""Messages that wait for the single writer: at 5,000 a second it is less than a second's work; beyond, `busy`."""
BATCH_MAX = 512
"""Messages handled before one sync: bounds how long the first of them waits for the last."""
TICK_S = 0.02
"""Public facts leave at once after a quiet time, then once a tick; one's own at once, and take the waiting ones along.

Where telling everybody takes longer than half a tick, the next is later: it never has more than half of the time.
"""
TICK_S_MAX = 0.5
"""The longest that the next tick is put off. What takes longer is no telling: the machine slept in the midst of it."""
TICK_LINES = 32
"""Lines that are told before the server looks at what has come in: about half a millisecond."""
BEHIND_FACTS_MAX = 1_000
"""A line that had caught up and falls so far behind is cut: it resumes, and delays nobody."""
SEND_S_MAX = 5.0
"""A line whose peer takes nothing for so long is cut."""
SEND_BYTES_MAX = 64 * 1024
"""Bytes buffered for one line before its writer waits for the peer: thousands of lines fit in memory."""
LOGIN_S_MAX = 5.0
"""A connection that does not log in by then is closed: nobody holds a place by saying nothing."""
LINES_MAX = 2_000
"""Connections at once: seats twice over, for those who come back before their old line is gone."""
SPECTATORS_MAX = 1_000
"""Lines that only watch: seats keep half of the lines; a larger audience watches through a broker."""
PING_S, PONG_S = 10.0, 20.0
"""How often a peer is asked whether it is there, and how long it may take to answer."""
QUEUE_FRAMES_MAX = 16
"""Frames of one line read ahead of the server: beyond, the peer waits (TCP does it)."""
MESSAGES_PER_S, MESSAGES_BURST = 20, 40
"""A seat's messages: no person says twenty orders a second, and a robot's advantage has a bound."""
FLOOD_BURST = 540
"""Ten times that rate for three seconds, and the line is closed: (10 - 1) x 20 x 3."""
HANDSHAKES_PER_S, HANDSHAKES_BURST = 50, 1_000
"""An address's connections: a whole session behind one router comes back at once; more is no class."""
BACKLOG_MAX = HANDSHAKES_BURST
"""Connections that wait to be let in, as far as the system allows: who finds no room asks again a second later."""
WRONG_PER_S, WRONG_BURST = 1, 60
"""An address's wrong codes: a class that mistypes passes; at one a second, 31^8 codes take 27,000 years."""
TRIES_AT_ONCE = 4
"""An address's codes that are looked up at once, of which each may be wrong: the others wait for what comes of them."""
ADDRESSES_MAX = 10_000
"""Addresses remembered; the one not heard from for longest is forgotten first."""
KERNEL_BYTES_MAX = 256 * 1024
"""The operating system's own buffer for a line: with ours it stays below 1 MiB for one that does not read."""
CLOSING_S = 0.8
"""How long a line may take to get its last facts and a farewell at the end: then it is cut."""
DOOR_S = 0.2
"""How long those may take to go who have not logged in: with the lines' time a second, whoever does not read."""

# Close codes (docs/protocol.md). After these a client has nothing to come back for:
SESSION_OVER = 4000
TAKEN_OVER = 4001
WRONG_CODE = 4002
PROTOCOL_FAULT = 4003
FLOODED = 4009
# after these it comes back:
FULL = 4013
GOING_AWAY = 1001
