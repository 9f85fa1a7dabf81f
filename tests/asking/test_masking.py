"""What is kept of a question points at nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.asking.masking import harmless


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("身份证510114199003078036丢了", "身份证□丢了"),
        ("电话138-1234-5678没人接", "电话□没人接"),
        ("１３８１２３４５６７８", "□"),
        ("卡号 6222 0211 1234 5678 901 不能用", "卡号 □ 不能用"),
        ("五一零一一四一九九零零三", "□"),
        ("51011419900307803X", "□"),
        ("我叫赵测试，社保卡丢了", "我叫□,社保卡丢了"),
        ("姓名：赵测试 办低保", "姓名:□ 办低保"),
        ("my name is John Smith, lost card", "my name is □, lost card"),
        ("发到 a.b@example.org 行吗", "发到 □ 行吗"),
        ("姓名改了身份证要换吗", "姓名改了身份证要换吗"),
        ("申请人变更", "申请人变更"),
        ("2026年80岁领3000元", "2026年80岁领3000元"),
        ("三百六十五天都开吗", "三百六十五天都开吗"),
    ],
)
def test_numbers_names_and_addresses_are_taken_out_and_the_question_stays(typed: str, kept: str) -> None:
    assert harmless(typed) == kept


@given(st.text(max_size=400))
def test_what_is_kept_is_short_and_taken_out_twice_is_the_same(text: str) -> None:
    kept = harmless(text)
    assert len(kept) <= 120
    assert "\n" not in kept
    assert harmless(kept) == kept


@given(st.text("办证 -_", max_size=10), st.text("0123456789", min_size=6, max_size=20), st.text("办证", max_size=10))
def test_no_long_number_is_left(before: str, number: str, after: str) -> None:
    assert number not in harmless(before + number + after)
