"""What a wire takes at once. Both links and both brokers are held to the same figures.

A letter is at most 256 KiB before its envelope; a frame over the limit would be acknowledged and
dropped by one broker and sent again for ever by another, so it is denied before it is sent.
"""

from __future__ import annotations

MAX_FRAME_BYTES = 300 * 1024
MAX_IN_FLIGHT = 20  # frames sent that no broker has taken yet; more would only wait in memory
RECEIVE_MAXIMUM = 20  # frames brought that are not settled yet; the broker holds the rest
BROKER_QUEUE = 1000  # frames a broker holds for one slow receiver before it drops; the journal sends them again
