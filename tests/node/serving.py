"""A desk on a port of this machine, a clerk signed in there in a real browser, and a camera with a page under it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from tests.node.station import PASSWORD, Desk

PATIENCE_S = 20.0
FRAME = (1280, 720)


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


def document() -> Image.Image:
    """A page with small print on a dark table."""
    picture = Image.new("RGB", FRAME, (60, 60, 60))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((340, 20, 940, 700), fill=(228, 228, 228))
    for line in range(40):
        draw.text((370, 40 + line * 16), "The quick brown fox jumps over the lazy dog " * 2, fill=(20, 20, 20))
    return picture


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose only camera shows the page."""
    film = tmp_path_factory.mktemp("camera") / "page.mjpeg"
    document().save(film, format="JPEG", quality=90)
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                *flags,
                f"--use-file-for-fake-video-capture={film}",
                "--host-resolver-rules=MAP desk.lan 127.0.0.1",
            ],
        )
        yield browser
        browser.close()
