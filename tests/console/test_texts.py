"""Words: none is missing in a language, none stands in a template, and numbers and times read well."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest

import protocol.console
from protocol.cases.rules import Act, Flag, Role, Side, Status
from protocol.codes import TEXTS
from protocol.console.mask import mask_name, mask_number, mask_phone
from protocol.console.parts import Tone
from protocol.console.texts import Lang, Translator, merged, say
from protocol.console.translations import SHARED
from protocol.errors import Refused
from tests.console import checks
from tests.console.demo import NOON, WORDS

CONSOLE = Path(protocol.console.__file__).parent
ZH = Translator(Lang.ZH, merged(SHARED, WORDS))
EN = Translator(Lang.EN, merged(SHARED, WORDS))


def params(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_error_has_words_and_a_next_step_in_both_languages() -> None:
    codes = {key for key in SHARED if key.partition(".")[0] in ("refused", "distrusted", "unreachable", "damaged")}
    assert {key for key in codes if not key.endswith(".hint")} == set(TEXTS)
    for code, (_, hint) in TEXTS.items():
        assert all(SHARED[code])
        assert bool(hint) <= all(SHARED[code + ".hint"])


def test_every_status_act_flag_side_role_and_tone_has_a_word() -> None:
    named = {
        f"{kind.__name__.lower()}.{member.value}" for kind in (Status, Act, Flag, Side, Role, Tone) for member in kind
    }
    assert named <= SHARED.keys()


def test_both_languages_of_a_text_speak_of_the_same_things() -> None:
    for key, (zh, en) in merged(SHARED, WORDS).items():
        assert bool(zh) == bool(en), key
        assert params(zh) == params(en), key


def test_every_key_that_code_or_template_names_has_words() -> None:
    assert checks.keys_named(CONSOLE) <= SHARED.keys()
    assert checks.keys_named(Path(__file__).parent / "templates") <= merged(SHARED, WORDS).keys()


def test_no_text_of_the_shell_is_left_over() -> None:
    named = checks.keys_named(CONSOLE)
    built = ("sign-in.needed-", "tone.", "role.", "status.", "act.", "flag.", "side.", "key.")
    shell = {
        key for key in SHARED if key.partition(".")[0] in ("shell", "trouble", "form", "paper", "pager", "sign-in")
    }
    assert {key for key in shell - named if not key.startswith(built)} == set()


def test_no_template_holds_words_inline_script_or_the_address_of_another_host() -> None:
    assert checks.raw_han(CONSOLE / "templates") == []
    assert checks.not_allowed(CONSOLE) == []


def test_vendored_files_are_those_that_their_authors_published() -> None:
    for vendor in (CONSOLE / "static" / "vendor", Path(__file__).parents[1] / "vendor"):
        listed = tomllib.loads((vendor / "vendor.toml").read_text())["file"]
        for entry in listed:
            assert hashlib.sha256((vendor / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert {path.name for path in vendor.iterdir()} == {entry["file"] for entry in listed} | {"vendor.toml"}


def test_an_unknown_key_fails_instead_of_leaving_a_hole() -> None:
    with pytest.raises(KeyError):
        ZH("no.such-key")
    with pytest.raises(KeyError):
        ZH("demo.saved")
    with pytest.raises(ValueError, match=r"demo\.new"):
        merged(WORDS, {"demo.new": ("甲", "a")})


def test_an_error_says_acts_and_roles_in_the_readers_words() -> None:
    refused = Refused("refused.role", act=Act.GRANT, needed=Role.APPROVER)
    assert ZH.happened(refused) == "“准予许可”需要“审批负责人”权限"
    assert EN.happened(refused) == "“Grant” needs the role “Approver”"
    assert ZH.happened(Refused("refused.no-case")) == "没有编号为 — 的办件"


def test_times_are_shown_as_at_the_counter() -> None:
    late = datetime(2026, 3, 2, 17, 5, tzinfo=UTC)
    assert ZH.moment(late) == "2026年3月3日 01:05"
    assert EN.moment(late) == "3 Mar 2026, 01:05"
    assert ZH.time(NOON) == "12:00"
    assert EN.date(date(2026, 10, 1)) == "1 Oct 2026"
    assert ZH("shell.as-of", at=NOON) == "数据截至 12:00"


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(seconds=20), "不到 1 分钟", "under 1 min"),
        (timedelta(minutes=3), "3 分钟", "3 min"),
        (timedelta(hours=2, minutes=14), "2 小时 14 分", "2 h 14 min"),
        (timedelta(hours=5), "5 小时", "5 h"),
        (timedelta(days=3, hours=1, minutes=40), "3 天 1 小时", "3 d 1 h"),
        (timedelta(days=2), "2 天", "2 d"),
    ],
)
def test_durations_read_as_a_person_says_them(length: timedelta, zh: str, en: str) -> None:
    assert (ZH.duration(length), EN.duration(length)) == (zh, en)


def test_counts_sizes_and_phrases_within_phrases() -> None:
    assert EN("demo.owed", count=1) == "1 case waiting here"
    assert EN("demo.owed", count=4) == "4 cases waiting here"
    assert (ZH.size(900), ZH.size(812_345), ZH.size(3 * 1024 * 1024)) == ("900 B", "793 KB", "3.0 MB")
    assert ZH(say("demo.saved", number=say("demo.new"))) == "已存本机，编号 收件"


def test_people_are_masked_character_by_character() -> None:
    assert mask_number("510114199003071234") == "510114********1234"
    assert mask_number("12345678") == "****5678"
    assert mask_number("123") == "***"
    assert mask_phone("13800005678") == "138****5678"
    assert mask_name("𬱖云飞") == "𬱖**"
    assert mask_name("王") == "王"
