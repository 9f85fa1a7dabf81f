"""A question as it may be kept and told: nothing in it that points at a person.

What is asked is a service, and people put themselves into it all the same. Taken out before anything is written
down: long numbers however they are spaced or spelt, mail addresses, and what stands where a name is given.
"""

from __future__ import annotations

import re
import unicodedata

from protocol.asking.words import LONGEST_QUESTION

GONE = "□"

_DIGIT = "0-9零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖"
# six and more: a phone, a card, a number of a case. Years, ages and sums of money are shorter.
_NUMBER = re.compile(rf"(?:[{_DIGIT}][\s\-·.,，()（）_/]{{0,2}}){{5,}}[{_DIGIT}][xX]?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
_INTRODUCED = re.compile(
    r"((?:我叫|我名叫|名叫|名字是|名字叫|本人叫|my name is|i am called)[\s:，,]*"
    r"|(?:姓名|申请人|联系人|法人|户主|经办人)[\s是为叫:，,]+)"
    r"([\u3400-\u9fff·]{2,3}|[a-z]+(?: [a-z]+)?)",
    re.IGNORECASE,
)


def harmless(text: str) -> str:
    """At most 120 characters, in one line, without numbers of six and more digits, mail addresses and given names."""
    said = " ".join(unicodedata.normalize("NFKC", text[: 10 * LONGEST_QUESTION]).split())
    said = _INTRODUCED.sub(lambda found: f"{found[1]}{GONE}", said)
    return _NUMBER.sub(GONE, _MAIL.sub(GONE, said))[:LONGEST_QUESTION].strip()
