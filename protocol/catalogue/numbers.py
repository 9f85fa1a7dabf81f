"""Numbers with a check digit: the citizen's ID number (GB 11643) and the unified credit code (GB 32100).

A foreigner's permanent residence card of 2023 is numbered like a citizen's, beginning with 9; the older ones, good
until they run out, have three letters and twelve digits.

Pure. A right check digit says that the number was copied correctly, never that the person or the
enterprise exists.
"""

from __future__ import annotations

import re
from datetime import date

ID_NUMBER_LENGTH = 18
CREDIT_CODE_LENGTH = 18
_ID_CHECK = "10X98765432"  # GB 11643: ISO 7064 MOD 11-2, indexed by the weighted sum mod 11
_ID_WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: 31 characters; I, O, S, V and Z look like others
_CREDIT_WEIGHTS = [pow(3, place, 31) for place in range(17)]
_ID_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OLD_RESIDENCE_SHAPE = re.compile(r"[A-Z]{3}[0-9]{12}")
_CREDIT_SHAPE = re.compile(f"[{_CREDIT_ALPHABET}]{{18}}")
_EARLIEST_BIRTH_YEAR = 1850  # before it the digits are a slip of the finger


def id_check_character(first_17: str) -> str:
    """The 18th character of an ID number whose first seventeen digits are given."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _ID_WEIGHTS, strict=True))
    return _ID_CHECK[total % 11]


def is_id_shape(text: str) -> bool:
    return _ID_SHAPE.fullmatch(text) is not None


def is_old_residence_shape(text: str) -> bool:
    """The number of a foreigner's permanent residence card from before December 2023. Its check digit is not looked at."""
    return _OLD_RESIDENCE_SHAPE.fullmatch(text) is not None


def birth_date(id_number: str) -> date | None:
    """The date inside an ID number of the right shape; None if there is no such day."""
    try:
        born = date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None
    return born if born.year >= _EARLIEST_BIRTH_YEAR else None


def credit_check_character(first_17: str) -> str:
    """The 18th character of a credit code whose first seventeen characters are given."""
    places = (_CREDIT_ALPHABET.index(character) for character in first_17)
    total = sum(place * weight for place, weight in zip(places, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def is_credit_shape(text: str) -> bool:
    return _CREDIT_SHAPE.fullmatch(text) is not None
