"""Rare characters as readers give them: code points that belong to nobody, and what they mean.

Until Unicode had them, GB 18030-2000 put 80 characters of names and places into the private-use area, and services
that are older than their characters' code points still say them so. A code point that no table knows is kept: the
police's own set is not published, and a name must never be 'cleaned' of what cannot be shown here.
"""

from __future__ import annotations

# GB 18030-2000 -> GB 18030-2022: private-use code points and the characters that they stood for, in its order
_FIRST = 0xE815
_MEANT = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊"
    "䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
KNOWN = {chr(_FIRST + place): character for place, character in enumerate(_MEANT)}
_PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


def as_written(text: str) -> str:
    """The same text with every private-use code point that is known replaced by its character."""
    return "".join(KNOWN.get(character, character) for character in text)


def is_private(character: str) -> bool:
    """No font can be relied on to show it, and only the card itself says what it is."""
    return any(first <= ord(character) <= last for first, last in _PRIVATE)


def is_ordinary(text: str) -> bool:
    """Nothing in it that any Chinese font of the last thirty years would lack (GB 2312 and ASCII)."""
    try:
        text.replace("·", "").encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
