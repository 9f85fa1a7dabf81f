"""Every error that a command can end with is said in both languages, and in words for who stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import provisioning
from protocol.codes import TEXTS
from protocol.errors import Refused
from provisioning.words import WORDS, told

SOURCES = [file.read_text("utf-8") for file in Path(provisioning.__file__).parent.glob("*.py")]


def raised() -> set[str]:
    found = re.compile(r"raise \w+\(\s*\"([a-z]+\.[a-z-]+)\"|refusal = \w+\(\"([a-z]+\.[a-z-]+)\"")
    return {one or other for text in SOURCES for one, other in found.findall(text)}


def test_every_error_of_this_package_has_its_words():
    assert raised() > {"refused.token", "damaged.broker-deaf", "unreachable.hub"}
    assert sorted(raised() - set(WORDS)) == []
    assert sorted(set(WORDS) - set(TEXTS)) == []


@pytest.mark.parametrize("code", WORDS)
def test_chinese_and_english_tell_of_the_same_things(code):
    zh, english = (set(re.findall(r"{(\w+)", text)) for text in (WORDS[code][0], TEXTS[code][0]))
    assert zh <= english
    assert re.search("[一-鿿]", WORDS[code][0])


def test_each_language_shows_its_half_of_a_reason():
    happened, english, step = told(Refused("refused.token", why="有字符输错 | a character is mistyped"))
    assert happened == "未完成 not done: 令牌被拒绝：有字符输错"
    assert english == "  the token was refused: a character is mistyped (refused.token)"
    assert "邀请码" in step
    assert "invitation" in step
