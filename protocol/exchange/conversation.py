"""What the courier remembers of one peer while a link is up. Forgetting it costs duplicates, never mail."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from protocol.exchange.inbox import Accepted
from protocol.exchange.messages import Recall

START_WINDOW = 1  # letters in flight until the peer has said what it takes: a district comes back all at once
MAX_WINDOW = 12  # the hub commits what has come together: the more letters, the fewer pages are written twice
RETRY_FIRST_S = 5.0  # a letter without a receipt is sent again after this
RETRY_MOST_S = 60.0
SESSIONS_KEPT = 64
HELLO_AGAIN_S = 3.0
HELLO_MOST_S = 30.0


@dataclass(slots=True)
class InFlight:
    epoch_id: int
    last: int
    sent_at: float  # monotonic


@dataclass(slots=True)
class Conversation:
    peer: str
    session: bytes
    theirs: bytes = b""
    fresh: bool = False  # the peer has answered this very session: what it says of us is true now
    heard: bool = False  # anything at all, on this link
    hello_due: float | None = None  # monotonic; None: nothing to say
    hello_wait: float = HELLO_AGAIN_S
    hello_at: float = 0.0
    hello_round_trip: float = 0.0
    sent: dict[int, int] = field(default_factory=dict)  # epoch id -> last number handed to the link
    in_flight: deque[InFlight] = field(default_factory=deque)
    window: int = START_WINDOW
    retry_s: float = RETRY_FIRST_S
    receipts: dict[str, tuple[Accepted, bool]] = field(default_factory=dict)  # epoch -> what to say, gap
    replicated_said: dict[str, int] = field(default_factory=dict)
    recall_at: float | None = None  # when a give-back was asked for last
    to_give: deque[Recall] = field(default_factory=deque)
    boots: list[bytes] = field(default_factory=list)
    believed: list[bytes] = field(default_factory=list)  # sessions of the peer whose hello to this session was believed
    report_at: float = 0.0
    letter_at: float = float("-inf")  # when a letter came from it last
    # papers
    offered: dict[str, float] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)  # digest -> when its pieces were asked for
    expected: dict[str, set[int]] = field(default_factory=dict)  # digest -> pieces asked for and not come
    to_serve: deque[tuple[str, int]] = field(default_factory=deque)
    to_say_have: list[str] = field(default_factory=list)
    to_say_lack: list[str] = field(default_factory=list)
    papers_look: bool = True
    papers_looked_at: float = 0.0

    def begin_again(self, session: bytes, due: float) -> None:
        """A new link, or a peer that began anew: what was on its way may be lost."""
        boots, believed = self.boots, self.believed if session == self.session else []
        self.__init__(self.peer, session, hello_due=due, boots=boots, believed=believed)  # type: ignore[misc]

    def rewind(self) -> None:
        """Send again from what is receipted."""
        self.sent.clear()
        self.in_flight.clear()
