"""The document camera in a real browser: taken, kept and on to the next by the space bar; unplugged in the middle."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, expect

from node import drafts
from tests.district_data import example_item
from tests.node.serving import camera, document, served, signed_in
from tests.node.station import Desk

pytestmark = pytest.mark.pages
__all__ = ["camera", "served"]


def _blurred() -> Image.Image:
    return document().filter(ImageFilter.GaussianBlur(6))


def _glaring() -> Image.Image:
    """A lamp in the middle of it."""
    picture = document()
    ImageDraw.Draw(picture).ellipse((500, 200, 800, 450), fill=(255, 255, 255))
    return picture


def _measured(page: Page, picture: Image.Image) -> list[str]:
    """What the page's own script finds wrong with a picture."""
    data = io.BytesIO()
    picture.save(data, "PNG")
    return page.evaluate(  # type: ignore[no-any-return]
        """async data => {
          const image = Object.assign(new Image(), { src: `data:image/png;base64,${data}` });
          await image.decode();
          const sheet = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
          sheet.getContext("2d").drawImage(image, 0, 0);
          return Object.entries(picture.measured(sheet)).filter(([, wrong]) => wrong).map(([name]) => name);
        }""",
        base64.b64encode(data.getvalue()).decode(),
    )


def _says(page: Page) -> str:
    return page.locator("[data-part=says]").inner_text()


def _papers(desk: Desk, draft: str) -> list[tuple[str, str]]:
    with desk.station.store.read() as db:
        return [(one.material, one.digest) for one in drafts.need_draft(db, draft).papers]


def test_every_missing_paper_is_taken_with_the_space_bar_alone(camera: Browser, desk: Desk, served: str) -> None:
    clerk = desk.clerk("wanghui")
    draft = desk.begins(clerk)
    desk.fills_in(clerk, draft)
    wanted = [one.code for one in example_item().required_materials]
    said: list[str] = []
    with signed_in(camera, served, said) as page:
        page.goto(f"{served}/drafts/{draft}/papers")
        page.keyboard.press("F8")
        for left in range(len(wanted), 0, -1):
            page.wait_for_selector("[data-stage=live] [data-part=take]:focus")
            page.keyboard.press("Space")
            page.wait_for_selector("[data-stage=taken] [data-part=use]:focus")
            expect(page.locator("[data-part=hints] li")).to_have_count(0)
            page.keyboard.press("Space")
            page.wait_for_function(
                "left => document.querySelectorAll('[data-wants=yes]').length === left", arg=left - 1
            )
        page.wait_for_selector("[data-key=F9]:focus")
        assert page.locator(".camera .button:visible").count() == 0
        assert "齐了" in _says(page)
        assert page.locator("#papers-there").inner_text().startswith(f"{len(wanted)}/{len(wanted)}")
        assert [_measured(page, one) for one in (document(), _blurred(), _glaring())] == [[], ["blurred"], ["glare"]]
    assert said == []
    kept = _papers(desk, draft)
    assert sorted(material for material, _ in kept) == sorted(wanted)
    for _, digest in kept:
        data = desk.station.blobs.read(digest)
        assert data is not None
        assert data.startswith(b"\xff\xd8\xff")
        assert len(data) < 1_500_000


def test_what_goes_wrong_at_the_camera_is_said_and_nothing_that_was_taken_is_lost(
    camera: Browser, desk: Desk, served: str
) -> None:
    clerk = desk.clerk("wanghui")
    draft = desk.begins(clerk)
    desk.fills_in(clerk, draft)
    first, second = [one.code for one in example_item().required_materials][:2]
    said: list[str] = []
    with signed_in(camera, served, said) as page:
        page.goto(f"{served}/drafts/{draft}/papers")
        page.keyboard.press("F8")
        _takes(page)
        _drags(page, 0, 0.25, 0.02)  # the table is cut away, then the page is turned
        for corner, key in ((1, "Left"), (2, "Left"), (3, "Right")):
            page.focus(f"[data-corner] >> nth={corner}")
            for _ in range(5):
                page.keyboard.press(f"Shift+Arrow{key}")
        page.keyboard.press("r")
        page.keyboard.press("m")  # another page of the same material
        page.wait_for_selector("[data-stage=live]")
        assert page.input_value("[data-part=which]") == first
        (material, digest), *_ = _papers(desk, draft)
        assert material == first
        data = desk.station.blobs.read(digest)
        assert data is not None
        with Image.open(io.BytesIO(data)) as kept:
            width, height = kept.size
            assert kept.getpixel((width // 2, 30))[0] > 200  # type: ignore[index]  # paper, and no table any more
        assert 700 <= width <= 720  # it lies on its side now
        assert 620 <= height <= 640  # half of what the camera saw

        _takes(page)
        cookies = page.context.cookies()
        page.context.clear_cookies()  # eight hours unused, or signed out in another tab
        page.select_option("[data-part=which]", second)
        page.click("[data-part=use]")
        page.wait_for_selector("[data-stage=taken] [data-part=use]:focus")
        assert "登录过期" in _says(page)
        assert len(_papers(desk, draft)) == 1
        page.context.add_cookies(cookies)
        page.keyboard.press("Space")
        page.wait_for_selector("[data-stage=live]")
        assert [material for material, _ in _papers(desk, draft)].count(second) == 1

        _takes(page)
        _unplugs(page)
        assert "这一页已经拍好" in _says(page)
        page.keyboard.press("m")
        page.wait_for_selector("[data-stage=failed] [data-part=again]:focus")
        assert "高拍仪断开了" in _says(page)
        assert len(_papers(desk, draft)) == 3
        page.keyboard.press("Enter")  # plugged in again
        page.wait_for_selector("[data-stage=live]")
        _unplugs(page)
        page.wait_for_selector("[data-stage=failed]")
        page.keyboard.press("Escape")
        page.wait_for_selector("[data-camera-open]:focus")
        assert "/papers" in page.url
        assert page.locator("input[type=file]").first.is_visible()  # by hand, as ever
    assert [one for one in said if "401" not in one] == []
    lan = served.replace("127.0.0.1", "desk.lan")
    with signed_in(camera, lan, said) as page:
        page.goto(f"{lan}/drafts/{draft}/papers")
        page.keyboard.press("F8")
        page.wait_for_selector("[data-stage=failed]")
        assert "https://" in _says(page)


def _takes(page: Page) -> None:
    page.wait_for_selector("[data-stage=live] [data-part=take]:focus")
    page.keyboard.press("Space")
    page.wait_for_selector("[data-stage=taken] [data-part=use]:focus")


def _drags(page: Page, corner: int, x: float, y: float) -> None:
    """A corner to a place in the picture, by the mouse; `x` and `y` are shares of its sides."""
    sheet = page.locator("[data-part=sheet]").bounding_box()
    handle = page.locator("[data-corner]").nth(corner).bounding_box()
    assert sheet is not None
    assert handle is not None
    page.mouse.move(handle["x"] + 22, handle["y"] + 22)
    page.mouse.down()
    page.mouse.move(sheet["x"] + x * sheet["width"], sheet["y"] + y * sheet["height"], steps=3)
    page.mouse.up()


def _unplugs(page: Page) -> None:
    """What Chromium says when the cable goes; its played camera has no cable."""
    page.evaluate(
        "document.querySelector('[data-part=video]').srcObject.getTracks()[0].dispatchEvent(new Event('ended'))"
    )
