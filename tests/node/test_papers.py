"""Materials: what is taken, what is not, and that nothing else is lost by it."""

from __future__ import annotations

import pytest

from tests.district_data import example_item
from tests.node.station import Desk, png

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.jpg", b"", "文件是空的"),
        ("huge.png", png()[:8] + bytes(50 * 1024 * 1024), "50.0 MB"),
        ("letter.docx", b"PK\x03\x04 a document", "JPEG"),
        ("half.png", png()[:-20], "不完整"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_next_to_its_material(
    desk: Desk, name: str, data: bytes, said: str
) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    material = example_item().required_materials[0].code
    clerk.sees(f"/drafts/{draft}/papers")
    page = desk.uploads(clerk, draft, material, [("good.png", png()), (name, data)])
    assert page.status == 422
    card = page.text.split(f'id="m-{material}"')[1].split("</section>")[0]
    assert name in card
    assert said in card, card
    assert "已有 1 份" in card  # the other one is kept
    assert name not in clerk.sees(f"/drafts/{draft}/papers").text  # a file's name may be a person's


def test_a_paper_is_shown_to_the_desk_alone_and_can_do_nothing(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    material = example_item().required_materials[0].code
    clerk.sees(f"/drafts/{draft}/papers")
    page = desk.uploads(clerk, draft, material, [("a.png", png()), ("b.pdf", PDF)])
    links = [
        part.split('"')[0] for part in page.text.split('<a href="')[1:] if part.startswith(f"/drafts/{draft}/papers/")
    ]
    assert len(links) == 2
    answers = {clerk.client.get(link).headers["content-type"]: clerk.client.get(link) for link in links}
    assert answers["image/png"].content == png()
    assert answers["image/png"].headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answers["application/pdf"].content == PDF
    assert desk.browser().client.get(links[0], follow_redirects=False).status_code == 303
    other = desk.begins(clerk)
    assert clerk.client.get(links[0].replace(draft, other)).status_code == 404

    clerk.sees(f"/drafts/{draft}/papers")
    digest = links[0].rpartition("/")[2]
    page = clerk.posts(f"/drafts/{draft}/papers/remove", {"material": material, "digest": digest})
    assert "已移除" in page.text
    assert digest not in page.text


def test_the_same_scan_twice_is_one_paper(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    material = example_item().required_materials[0].code
    clerk.sees(f"/drafts/{draft}/papers")
    desk.uploads(clerk, draft, material, [("a.png", png())])
    page = desk.uploads(clerk, draft, material, [("b.png", png())])
    assert "已有 1 份" in page.text


def test_an_upload_without_a_file_says_so(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    clerk.sees(f"/drafts/{draft}/papers")
    page = clerk.posts(f"/drafts/{draft}/papers", {"material": example_item().required_materials[0].code})
    assert page.status == 422
    assert "没有选择文件" in page.text


def test_a_full_disk_takes_no_new_work_and_keeps_what_is_there(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    desk.fills_in(clerk, draft)
    desk.attaches(clerk, draft)
    desk.free_bytes = 1024
    clerk.sees("/items")
    page = clerk.posts("/items", {"item": example_item().code})
    assert page.status == 507
    assert "磁盘已满" in page.text
    clerk.sees(f"/drafts/{draft}/papers")
    page = desk.uploads(clerk, draft, example_item().required_materials[0].code, [("a.png", png(9))])
    assert page.status == 507
    clerk.sees(f"/drafts/{draft}/check")
    assert clerk.posts(f"/drafts/{draft}/check").url.endswith("/receipt")  # what was begun may be finished
