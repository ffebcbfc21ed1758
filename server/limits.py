"""Every limit of the server, with its reason."""

INBOX_MAX = 4_096
"""Messages that wait for the single writer: at 5,000 a second it is less than a second's work; beyond, `busy`."""
BATCH_MAX = 512
"""Messages handled before one sync: bounds how long the first of them waits for the last."""
TICK_S = 0.02
"""Public facts leave in one frame per tick; one's own at once, and take the waiting ones along."""
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
PING_S, PONG_S = 10.0, 20.0
"""How often a peer is asked whether it is there, and how long it may take to answer."""
QUEUE_FRAMES_MAX = 16
"""Frames of one line read ahead of the server: beyond, the peer waits (TCP does it)."""
CLOSING_S = 1.0
"""How long lines may take to get their last facts at the end."""

# Close codes (docs/protocol.md). After these a client has nothing to come back for:
SESSION_OVER = 4000
TAKEN_OVER = 4001
WRONG_CODE = 4002
PROTOCOL_FAULT = 4003
# after these it comes back:
FULL = 4013
GOING_AWAY = 1001
