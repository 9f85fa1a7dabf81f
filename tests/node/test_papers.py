"""Materials: what is taken, what is not, and that nothing else is lost by it."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from tests.district_data import example_item
from tests.node.station import STATION, Desk, png

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


def test_a_scan_that_is_lost_at_both_ends_is_taken_again_on_the_page_of_the_case(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.world.network.cut(STATION)
    case = desk.takes_in(clerk)
    with desk.station.blobs.store.write() as tx:  # a disk that came back without its scans
        tx.execute("delete from pieces")
        tx.execute("delete from blobs")
    desk.world.network.mend(STATION)
    desk.world.settle()
    page = clerk.sees("/attention")
    ways = re.findall(rf'href="(/cases/{case}#p-([0-9a-f]{{64}}))"', page.text)
    assert len(ways) == len(example_item().required_materials)
    assert page.text.count("去重拍") == len(ways)
    page = clerk.sees(f"/cases/{case}")
    assert page.text.count("材料已丢失，请重拍") == len(ways)
    assert "需要处理" in page.text
    for _, digest in ways:
        assert f'id="p-{digest}"' in page.text
        assert f'href="#p-{digest}"' in page.text or f"/cases/{case}#p-{digest}" in page.text

    first, *others = [digest for _, digest in ways]
    path = f"/cases/{case}/papers/{first}"
    page = clerk.posts(path, files=[("files", ("scan.docx", b"PK\x03\x04"))])
    assert page.status == 422
    assert "scan.docx" in page.text
    page = clerk.posts(path)
    assert page.status == 422
    assert "没有选择文件" in page.text
    form = clerk.page.form_id()
    page = clerk.posts(path, files=[("files", ("a.png", png(7)))], form_id=form)
    assert "重拍的材料已存本机" in page.text
    page = clerk.posts(path, files=[("files", ("a.png", png(7)))], form_id=form)  # a second click
    assert "重拍的材料已存本机" in page.text
    colleague = desk.clerk("wanghui")
    colleague.sees(f"/cases/{case}")
    page = colleague.posts(path, files=[("files", ("b.png", png(8)))])  # whose page was older
    assert "同事已经重拍" in page.text
    for number, digest in enumerate(others):
        clerk.sees(f"/cases/{case}")
        clerk.posts(f"/cases/{case}/papers/{digest}", files=[("files", ("a.png", png(20 + number)))])
    desk.world.settle()
    page = clerk.sees(f"/cases/{case}")
    assert "区中心已收（" in page.text
    assert "已丢失" not in page.text
    assert page.text.count("重拍材料") == len(ways)
    assert "没有需要处理的事" in clerk.sees("/attention").text
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    assert [desk.world.hub.office.blobs.has(paper.digest) for paper in at_hub.papers] == [True] * len(ways)
    assert desk.world.differences() == []


def test_a_receipt_whose_bytes_are_lost_at_both_ends_is_printed_again_as_it_was(desk: Desk) -> None:
    clerk = desk.clerk()
    desk.world.network.cut(STATION)
    case = desk.takes_in(clerk)
    path = f"/cases/{case}/print/receipt"
    first = clerk.client.get(path)
    assert first.status_code == 200, first.text
    with desk.station.blobs.store.write() as tx:  # a disk that came back without its papers
        tx.execute("delete from pieces")
        tx.execute("delete from blobs")
    desk.world.network.mend(STATION)
    desk.world.settle()
    assert clerk.client.get(path).content == first.content
    desk.world.settle()
    at_hub = desk.world.hub.case(case)
    assert at_hub is not None
    (made,) = [told.made for told in at_hub.documents if told.made is not None]
    assert desk.world.hub.office.blobs.read(made.digest) == first.content


def test_a_page_that_changed_on_its_way_from_the_camera_is_not_kept(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    material = example_item().required_materials[0].code
    clerk.sees(f"/drafts/{draft}/papers")
    taken, arrived = png(1), png(2)
    sent = {"material": material, "sha256": hashlib.sha256(taken).hexdigest()}
    page = clerk.posts(f"/drafts/{draft}/papers", sent, files=[("files", ("page.jpg", arrived))])
    assert page.status == 422
    assert "传输中损坏" in page.text
    assert "请重拍" in page.text
    assert not desk.station.blobs.has(hashlib.sha256(arrived).hexdigest())
    page = clerk.posts(f"/drafts/{draft}/papers", sent, files=[("files", ("page.jpg", taken))])
    assert page.status == 200
    assert "已有 1 份" in page.text


def test_what_was_signed_on_the_screen_goes_with_the_case_and_nothing_else_does(desk: Desk) -> None:
    clerk = desk.clerk()
    draft = desk.begins(clerk)
    desk.fills_in(clerk, draft)
    desk.attaches(clerk, draft)
    clerk.sees(f"/drafts/{draft}/check")
    assert "申请人签名" in clerk.page.text
    drawn = "data:image/png;base64," + base64.b64encode(png(9)).decode()
    for broken in (drawn[:-40], drawn.replace("image/png", "text/html"), "data:image/png;base64,%%%"):
        page = clerk.posts(f"/drafts/{draft}/check", {"signature": broken})
        assert page.status == 422
        assert "签名没有传完整" in page.text
        clerk.sees(f"/drafts/{draft}/check")  # nothing was submitted
    assert clerk.posts(f"/drafts/{draft}/check", {"signature": drawn}).url.endswith("/receipt")
    desk.world.settle()
    at_hub = desk.world.hub.case(draft)
    assert at_hub is not None
    signed = [paper for paper in at_hub.papers if paper.material == "signature"]
    assert [paper.name for paper in signed] == ["申请人签名"]
    assert desk.world.hub.office.blobs.read(signed[0].digest) == png(9)
    assert "申请人签名" in clerk.sees(f"/cases/{draft}").text
