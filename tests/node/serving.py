"""A desk on a port of this machine, and a clerk who is signed in there in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from tests.node.station import PASSWORD, Desk

PATIENCE_S = 20.0


@pytest.fixture
def served(desk: Desk) -> Iterator[str]:
    config = uvicorn.Config(desk.app, host="127.0.0.1", port=0, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    started = threading.Event()
    announce = server.startup

    async def startup(sockets=None) -> None:
        await announce(sockets)
        started.set()

    server.startup = startup
    thread = threading.Thread(target=server.run, name="desk")
    thread.start()
    try:
        assert started.wait(PATIENCE_S)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def signed_in(chromium: Browser, served: str, said: list[str], name: str = "limin") -> Iterator[Page]:
    """`said` gathers what the page's console and its scripts complained of."""
    with chromium.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{served}/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk")
        yield page
