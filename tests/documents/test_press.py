"""What a citizen holds in the hand, and what the archive keeps of it."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from protocol.catalogue.items import PaperForm
from protocol.documents.content import (
    Decision,
    DecisionKind,
    Delivered,
    Document,
    Handover,
    IntakeReceipt,
    TakenMaterial,
    ToCorrect,
    chinese_time,
)
from protocol.documents.press import Press
from protocol.errors import Damaged, Refused

AT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
RECEIPT = IntakeReceipt(
    station="大丰街道便民服务中心",
    station_address="新都区大丰街道",
    case_number="LJ07-260302-0001",
    item_code="P08",
    item_name="居住证申领",
    item_version=1,
    applicant="王小明",
    applicant_id="510114199003071234",
    materials=(
        TakenMaterial("居民身份证", PaperForm.COPY, 1),
        TakenMaterial("本人近期照片", PaperForm.ORIGINAL, 1),
        TakenMaterial("住址证明", PaperForm.E_CERTIFICATE, 3),
    ),
    taken_by="李敏",
    taken_at=AT,
    query_hint="任一服务站",
    printed_at=AT,
)
DECISION = Decision(
    kind=DecisionKind.DENIAL,
    authority="某区市场监督管理局",
    number="某市监许〔2026〕第12号",
    case_number="LJ07-260302-0001",
    item_name="食品经营许可（新办）",
    item_type="行政许可",
    applicant="某餐饮店",
    applicant_id="92510114MA6X8Y9W0A",
    received_on=date(2026, 3, 2),
    decided_on=date(2026, 3, 9),
    basis=("食品安全法第三十五条",),
    facts="操作间与就餐区没有隔断。\n水池只有一个。",
    reasons="布局不符合要求。",
    remedies="可以在六十日内申请行政复议。",
    contact="028-00000000",
    printed_at=AT,
)
HANDOVER = Handover(
    authority="某区市场监督管理局",
    station="大丰街道便民服务中心",
    case_number="LJ07-260302-0001",
    item_name="食品经营许可（新办）",
    recipient="王小明",
    recipient_id="510114199003071234",
    documents=(Delivered("准予行政许可决定书", "某市监许〔2026〕第12号", 1),),
    way="当面送达",
    place="本站窗口",
    handed_by="李敏",
    handed_at=None,
    printed_at=AT,
)
RARE = "\U00020088"  # in no font of fonts-noto-cjk


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def words(pdf: bytes, tmp_path: Path) -> str:
    """The text of a PDF without line breaks and spaces, as a screen reader or an archive would find it."""
    (tmp_path / "document.pdf").write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-raw", "document.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    return "".join(run.stdout.decode().split())


@pytest.mark.parametrize(
    "document",
    [RECEIPT, *(replace(DECISION, kind=kind) for kind in DecisionKind), HANDOVER],
    ids=lambda one: one.template,
)
def test_the_same_document_is_the_same_bytes_on_any_day_and_any_press(press: Press, document: Document):
    printed = press.print_document(document)
    assert printed.startswith(b"%PDF-")
    assert press.print_document(document) == printed
    assert Press().print_document(document) == printed


def test_a_receipt_says_what_was_taken_and_that_it_is_no_acceptance(press, tmp_path):
    said = words(press.print_document(RECEIPT), tmp_path)
    for expected in ("收件回执", "LJ07-260302-0001", "王小明", "居住证申领", "李敏", "2026年3月2日16:15", "电子证照"):
        assert expected in said
    assert "共3种，5份" in said
    assert "本回执不是受理决定" in said
    assert "五个工作日内" in said
    assert "notadecisiontoaccept" in said


def test_an_id_number_is_printed_masked_and_a_credit_code_whole(press, tmp_path):
    receipt = words(press.print_document(RECEIPT), tmp_path)
    assert "510114********1234" in receipt
    assert "19900307" not in receipt
    assert "92510114MA6X8Y9W0A" in words(press.print_document(DECISION), tmp_path)


def test_the_title_of_the_file_names_nobody(press, tmp_path):
    (tmp_path / "receipt.pdf").write_bytes(press.print_document(RECEIPT))
    told = subprocess.run(["pdfinfo", "receipt.pdf"], cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert "收件回执" in told
    assert "王小明" not in told


@pytest.mark.parametrize(
    ("kind", "item_type", "title"),
    [
        (DecisionKind.GRANT, "行政许可", "准予行政许可决定书"),
        (DecisionKind.GRANT, "行政给付", "准予办理决定书"),
        (DecisionKind.DENIAL, "行政许可", "不予行政许可决定书"),
        (DecisionKind.DENIAL, "公共服务", "不予办理决定书"),
        (DecisionKind.NON_ACCEPTANCE, "行政许可", "不予受理通知书"),
        (DecisionKind.CORRECTION, "行政许可", "补正材料告知书"),
    ],
)
def test_each_decision_has_its_title_its_reasons_and_the_note_that_it_has_no_seal_yet(
    press, tmp_path, kind, item_type, title
):
    said = words(press.print_document(replace(DECISION, kind=kind, item_type=item_type)), tmp_path)
    assert said.startswith(title)
    for expected in ("某市监许〔2026〕第12号", "某餐饮店", "水池只有一个", "布局不符合要求", "六十日", "2026年3月9日"):
        assert expected in said
    assert "未加盖电子印章，以区中心签章件为准" in said


def test_a_correction_notice_says_everything_at_once_and_where_and_until_when(press, tmp_path):
    notice = replace(
        DECISION,
        kind=DecisionKind.CORRECTION,
        to_correct=(ToCorrect("营业场所照片", "看不清左右邻铺"), ToCorrect("申请表", "缺签名")),
        hand_in_at="大丰街道便民服务中心",
        due_on=date(2026, 3, 16),
    )
    said = words(press.print_document(notice), tmp_path)
    for expected in ("营业场所照片", "看不清左右邻铺", "缺签名", "大丰街道便民服务中心", "2026年3月16日"):
        assert expected in said


def test_a_refusal_for_want_of_competence_names_who_is_competent(press, tmp_path):
    notice = replace(DECISION, kind=DecisionKind.NON_ACCEPTANCE, proper_authority="某市公安局")
    assert "请向某市公安局申请" in words(press.print_document(notice), tmp_path)


def test_a_handover_leaves_room_for_the_time_until_it_is_known(press, tmp_path):
    assert "送达时间年月日时分" in words(press.print_document(HANDOVER), tmp_path)
    done = replace(HANDOVER, handed_at=AT)
    assert "送达时间2026年3月2日16:15" in words(press.print_document(done), tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '#panic("x")',
        "#sys.inputs",
        "$x^2$*b*_i_`r`<label>@ref",
        '"}],"by_hand":["X',
        "//comment/*x*/",
        "\\u{41}\\#",
        "= Heading",
    ],
)
def test_whatever_stands_in_a_name_is_printed_as_it_was_written(press, tmp_path, name):
    said = words(press.print_document(replace(RECEIPT, applicant=name)), tmp_path)
    assert "".join(name.split()) in said


def test_rare_names_that_the_fonts_have_are_printed(press, tmp_path):
    assert press.missing_glyphs("㛃䶮𬱖") == set()
    said = words(press.print_document(replace(RECEIPT, applicant="欧阳㛃䶮𬱖")), tmp_path)
    assert "欧阳㛃䶮𬱖" in said


def test_a_character_that_no_font_has_is_told_and_never_printed_as_a_box(press, tmp_path):
    receipt = replace(RECEIPT, applicant=f"王{RARE}")
    assert press.missing_glyphs(f"王{RARE}明") == {RARE}
    assert press.missing_in(receipt.data()) == {RARE}
    with pytest.raises(Refused) as caught:
        press.print_document(receipt)
    assert caught.value.code == "refused.glyphs"
    assert caught.value.params["characters"] == "U+20088"
    said = words(press.print_document(receipt, fill_by_hand=True), tmp_path)
    assert "王〓" in said
    assert "U+20088" in said
    assert "〓是字库里没有的字" not in words(press.print_document(RECEIPT, fill_by_hand=True), tmp_path)


@pytest.mark.parametrize("character", ["\ue000", "\U0001f600", "\x01", "\x7f", "\U00030000", "\U0010ffff", "\ufffe"])
def test_the_check_of_the_fonts_and_the_typesetter_agree(press, character):
    """PDF/A makes the typesetter refuse a missing glyph; what our own check lets through must get through there."""
    assert press.missing_glyphs(character) == {character}
    assert press.print_document(replace(RECEIPT, applicant=character), fill_by_hand=True)


@pytest.mark.parametrize("text", ["a\u200bb", "葛\U000e0100", "\u200d", "a\u00a0b", "\u3000", "a\tb\r\nc", "\u00ad"])
def test_what_leaves_no_ink_is_not_missing(press, text):
    assert press.print_document(replace(RECEIPT, applicant=f"王{text}"))


def test_thirty_materials_and_a_very_long_name_find_room(press, tmp_path):
    many = tuple(TakenMaterial(f"第{n}种材料" + "（含附件和说明）" * 5, PaperForm.COPY, n) for n in range(1, 31))
    said = words(press.print_document(replace(RECEIPT, applicant="长" * 200, materials=many)), tmp_path)
    assert "第30种材料" in said
    assert said.count("材料名称") >= 2  # the heading row comes again on the next page
    assert "共30种，465份" in said


def test_two_clerks_print_at_the_same_moment(press):
    printed: list[bytes] = []
    threads = [threading.Thread(target=lambda: printed.append(press.print_document(RECEIPT))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(printed) == 4
    assert len(set(printed)) == 1


def test_a_machine_without_a_chinese_font_is_told_what_to_install(tmp_path):
    with pytest.raises(Damaged) as caught:
        Press(font_folders=[tmp_path, tmp_path / "missing"]).print_document(RECEIPT)
    assert caught.value.code == "damaged.fonts"
    assert "fonts-noto-cjk" in caught.value.hint


def test_times_are_printed_as_the_clock_on_the_wall_in_china():
    assert chinese_time(datetime(2026, 12, 31, 16, 5, tzinfo=UTC)) == "2027年1月1日 00:05"
