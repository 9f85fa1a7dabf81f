"""The table of documents: each is there, printed, coded, sealed where the law wants a seal, and the same twice."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest
import zxingcpp

from protocol.documents.content import Decision, Handover, IntakeReceipt
from protocol.documents.kinds import DOCUMENTS, Kind, Maker, number_of
from protocol.documents.notices import Lacking, Notice
from protocol.documents.press import Press
from protocol.documents.printroom import PrintRoom
from protocol.documents.produce import Printed, canonical, digest_of, produce
from protocol.documents.qr import read_code
from protocol.documents.records import Commitment, Licence, SurveyRecord, Transfer
from protocol.documents.sealing import Seal
from protocol.documents.verify import Outcome, Why, verify_pdf, verify_text
from protocol.errors import Refused
from tests.documents.samples import ACCEPTANCE, ALL, AUTHORITY, CASE, DISTRICT, HUB_KEYS, STATION_KEYS, a_seal, keyring
from tests.documents.test_press import words

KINDS = list(Kind)


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


@pytest.fixture(scope="module")
def room() -> Iterator[PrintRoom]:
    room = PrintRoom()
    yield room
    room.close()


@pytest.fixture(scope="module")
def seal() -> Seal:
    return a_seal()


def made(press: Press | PrintRoom, kind: Kind, seal: Seal | None = None) -> Printed:
    keys = HUB_KEYS if DOCUMENTS[kind].maker is Maker.HUB else STATION_KEYS
    return produce(press, ALL[kind], DISTRICT, keys, seal)


def test_every_kind_of_document_has_a_row_a_word_of_its_own_and_a_sample():
    assert set(DOCUMENTS) == set(Kind) == set(ALL)
    assert len({row.word for row in DOCUMENTS.values()}) == len(DOCUMENTS)
    assert all(row.law for row in DOCUMENTS.values())
    assert all(not row.sealed for row in DOCUMENTS.values() if row.maker is Maker.STATION)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_law_wants_in_a_document_is_in_its_data(kind):
    document = ALL[kind]
    data = document.data()
    assert document.of is kind
    assert document.template == DOCUMENTS[kind].template
    missing = [name for name in DOCUMENTS[kind].wants if not data.get(name) and name != "remedies"]
    assert missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_made_twice_is_the_same_bytes_in_press_and_print_room(press, room, seal, kind):
    first = made(press, kind, seal)
    assert made(press, kind, seal) == first
    assert made(room, kind, seal) == first
    assert first.is_sealed is DOCUMENTS[kind].sealed


@pytest.mark.parametrize("kind", KINDS)
def test_a_scanner_reads_the_code_at_two_resolutions_and_any_party_proves_it(press, seal, kind, tmp_path):
    printed = made(press, kind, seal)
    assert len(printed.code) <= 400
    (tmp_path / "document.pdf").write_bytes(printed.pdf)
    for dots in ("150", "300"):
        picture = subprocess.run(
            ["pdftoppm", "-r", dots, "-gray", "document.pdf"], cwd=tmp_path, capture_output=True, check=True
        ).stdout
        assert printed.code in _codes(picture), f"{kind} at {dots} dots an inch"
    verdict = verify_text(printed.code, keyring())
    assert verdict.outcome is Outcome.GENUINE
    assert verdict.told is not None
    assert verdict.told.kind is kind
    assert verdict.told.number == ALL[kind].front.number
    assert verdict.told.digest == digest_of(printed.data)
    assert digest_of(canonical(json.loads(printed.data))) == verdict.told.digest
    assert ALL[kind].front.applicant not in printed.code


def _codes(pages: bytes) -> list[str]:
    """What a scanner reads on any page of a stream of PGM pictures."""
    found = []
    while pages:
        _, size, _, rest = pages.split(b"\n", 3)
        width, height = (int(number) for number in size.split())
        picture = memoryview(rest[: width * height]).cast("B", (height, width))
        found += [code.text for code in zxingcpp.read_barcodes(picture)]
        pages = rest[width * height :]
    return found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if DOCUMENTS[kind].sealed])
def test_other_peoples_tools_find_the_seal_whole_and_the_archive_format_kept(press, seal, kind, tmp_path):
    (tmp_path / "document.pdf").write_bytes(made(press, kind, seal).pdf)
    said = subprocess.run(["pdfsig", "document.pdf"], cwd=tmp_path, capture_output=True, check=False).stdout.decode()
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    told = subprocess.run(["pdfinfo", "document.pdf"], cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    assert "PDF version:     1.7" in told
    assert "Tagged:          yes" in told


def test_pyhanko_itself_finds_the_seal_valid_and_the_whole_file_covered(press, seal):
    import io

    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    reader = PdfFileReader(io.BytesIO(made(press, Kind.GRANT, seal).pdf))
    leaf = x509.Certificate.load(seal.certificate.public_bytes(Encoding.DER))
    moment = ALL[Kind.GRANT].front.printed_at
    trusted = ValidationContext(trust_roots=[leaf], allow_fetching=False, moment=moment)
    status = validate_pdf_signature(reader.embedded_signatures[0], trusted)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok


def test_a_hub_without_a_seal_says_on_the_page_that_there_is_none(press, seal, tmp_path):
    plain, sealed = made(press, Kind.GRANT), made(press, Kind.GRANT, seal)
    assert not plain.is_sealed
    assert "未加盖电子印章" in words(plain.pdf, tmp_path)
    said = words(sealed.pdf, tmp_path)
    assert "未加盖电子印章" not in said
    assert "测试证书" in said
    assert verify_pdf(plain.pdf, AUTHORITY.public_key(), keyring()).why is Why.NO_SEAL
    assert verify_text(plain.code, keyring()).outcome is Outcome.GENUINE


SAID = {
    Kind.RECEIPT: ("收件转办", "电子证照", "本回执不是受理决定"),
    Kind.ACCEPTANCE: ("法定期限", "20个工作日", "2026年4月7日", "承诺期限", "决定受理", CASE, "028-00000000"),
    Kind.CONDITIONAL: ("健康证明", "复印件一份", "2026年3月16日", "不予许可"),
    Kind.CORRECTION: ("营业场所照片", "看不清左右邻铺", "健康管理一章", "2026年3月30日", "大丰街道便民服务中心"),
    Kind.NOT_REQUIRED: ("不需要取得许可", "布局不符合要求"),
    Kind.NON_ACCEPTANCE: ("不予受理", "行政复议"),
    Kind.SPECIAL: ("专家评审", "约10个工作日", "不计算在办理期限内", "第四十五条"),
    Kind.EXTENSION: ("2026年4月7日", "10个工作日", "2026年4月21日", "负责人", "两处经营场所"),
    Kind.SURVEY: (
        "李勘",
        "510114********1234",
        "王验",
        "09:05",
        "没有隔断",
        "不符合",
        "01" * 16,
        "到顶隔断",
        "申请人意见",
    ),
    Kind.GRANT: ("准予行政许可决定书", "食品安全法第三十五条", "2026年3月9日"),
    Kind.INSTANT: ("即时办结决定书", "即时办理规则当场审查", "凭核验码核验", "要求由工作人员"),
    Kind.INSTANT_LICENCE: ("凭核验码核验", "证号不变"),
    Kind.DENIAL: ("不予行政许可决定书", "水池只有一个", "布局不符合要求", "行政复议", "行政诉讼"),
    Kind.WITHDRAWAL: ("准予撤回", "2026年3月8日", "另行选址"),
    Kind.TERMINATION: ("没有补正", "行政复议"),
    Kind.COMMITMENT: ("健康证明", "撤销据此作出的决定", "两个月内", "真实意思表示", "申请人签名"),
    Kind.PROOF: ("送达回证", "受送达人签收", "当面送达"),
    Kind.LICENCE: ("食品经营许可证", "JY25101140012345", "冷食类食品制售", "2031年3月8日", "王小明"),
    Kind.TRANSFER: ("F0012345", "共12项，12份", "移交人签名", "DAFENG-26-00012-K7Q"),
    Kind.REVOCATION: ("撤销决定书", "JY25101140012345", "第六十九条第二款", "不再有效", "行政复议"),
    Kind.CANCELLATION: ("注销决定书", "注销日期", "第七十条第三项", "不再有效"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_says_what_its_reader_needs(press, seal, kind, tmp_path):
    said = words(made(press, kind, seal).pdf, tmp_path)
    missing = [text for text in SAID[kind] if text not in said]
    assert missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_rare_name_finds_room_and_no_heading_is_empty(press, seal, kind, tmp_path):
    document = _named(ALL[kind], "㛃𬱖䶮" + "长" * 180)
    keys = HUB_KEYS if DOCUMENTS[kind].maker is Maker.HUB else STATION_KEYS
    printed = produce(press, document, DISTRICT, keys, seal)
    said = words(printed.pdf, tmp_path)
    assert "㛃𬱖䶮" in said or kind is Kind.TRANSFER  # a list names its lines
    assert verify_text(printed.code, keyring()).outcome is Outcome.GENUINE


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Kind.TRANSFER])
def test_a_name_that_no_font_has_stops_each_document_and_is_told_by_its_characters(press, kind):
    with pytest.raises(Refused) as caught:
        produce(press, _named(ALL[kind], "王\U00020088"), DISTRICT, HUB_KEYS)
    assert caught.value.params["characters"] == "U+20088"
    by_hand = produce(press, _named(ALL[kind], "王\U00020088"), DISTRICT, HUB_KEYS, fill_by_hand=True)
    assert "\U00020088" in by_hand.data.decode()  # the data say what the paper cannot


def test_a_seal_with_a_name_that_no_font_has_is_not_drawn_with_a_hole(press):
    with pytest.raises(Refused, match=r"U\+20088"):
        made(press, Kind.GRANT, a_seal("某\U00020088局"))


def test_deemed_acceptance_says_by_which_article_and_from_which_day(press, tmp_path):
    said = words(
        press.print_document(replace(ACCEPTANCE, is_deemed=True, counted_from=ACCEPTANCE.received_on)), tmp_path
    )
    assert "第三十二条" in said
    assert "2026年3月2日）起即为受理" in said


def test_sixty_lacking_papers_and_a_long_list_go_over_several_pages_with_their_heads(press, tmp_path):
    many = tuple(Lacking(f"第{n}份暂缺材料" + "（含附件）" * 6, "复印件") for n in range(1, 61))
    said = words(press.print_document(replace(ACCEPTANCE, lacking=many)), tmp_path)
    assert "第60份暂缺材料" in said
    assert said.count("形式和要求") >= 2


def test_the_code_of_the_longest_names_still_fits_a_scanner(press):
    front = replace(
        ACCEPTANCE.front, number="某市场监管食许字〔2026〕第00012号", case_number="SHIBANTAN-ZHEN-26-99999-K7Q"
    )
    printed = produce(press, replace(ACCEPTANCE, front=front), DISTRICT, HUB_KEYS)
    assert len(printed.code) <= 400
    assert read_code(printed.code, keyring()).told.number == front.number


def test_a_number_tells_the_case_the_word_and_which_of_several():
    assert number_of(Kind.SPECIAL, CASE) == f"{CASE}·特别程序"
    assert number_of(Kind.SPECIAL, CASE, 2) == f"{CASE}·特别程序2"


def _named(document: object, name: str) -> object:
    if isinstance(document, (IntakeReceipt, Decision)):
        return replace(document, applicant=name)
    if isinstance(document, Handover):
        return replace(document, recipient=name)
    assert isinstance(document, (type(ACCEPTANCE), Notice, SurveyRecord, Commitment, Licence, Transfer))
    return replace(document, front=replace(document.front, applicant=name))
