"""The one thing here that is told without being asked: calls, to the screens of the hall, as server-sent events.

A screen waits on the event loop and not in a thread, so any number of them leaves the web threads to people. It looks at
the store only after something was written, says a word every fifteen seconds so that a dead wire is found out, and
ends when the server is asked to end: a screen left alone would keep a station from stopping.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from node.house import Bell

LOOK_EVERY_S = 0.25  # at whether something was written
HEARTBEAT_S = 15.0
RETRY_MS = 2000  # a screen that lost us asks again after so long


@dataclass(frozen=True, slots=True)
class Told:
    """One event; `id` is what a screen that was cut off comes back with."""

    id: str
    name: str
    data: str  # one line

    def encoded(self) -> bytes:
        return f"id: {self.id}\nevent: {self.name}\ndata: {self.data}\n\n".encode()


def stream(
    news: Callable[[str], Sequence[Told]], after: str, bell: Bell, is_ending: Callable[[], bool]
) -> StreamingResponse:
    """`news` is asked in a thread for what came after an id, first at once and then whenever the bell was rung."""
    return StreamingResponse(
        _told(news, after, bell, is_ending), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _told(
    news: Callable[[str], Sequence[Told]], after: str, bell: Bell, is_ending: Callable[[], bool]
) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    heard, quiet_s = -1, 0.0
    while not is_ending():
        if bell.rung != heard:
            heard = bell.rung  # before looking: what is written meanwhile rings again
            for told in await run_in_threadpool(news, after):
                after, quiet_s = told.id, 0.0
                yield told.encoded()
        if quiet_s >= HEARTBEAT_S:
            quiet_s = 0.0
            yield b": here\n\n"
        await asyncio.sleep(LOOK_EVERY_S)
        quiet_s += LOOK_EVERY_S
