"""How a person's numbers and name are shown where they need not be read in full.

Nothing that is shown here may be enough to find the person; what does not look like the expected
number is hidden more, not less.
"""

from __future__ import annotations


def mask_id(number: str) -> str:
    """510114********1234. Anything but 18 characters keeps its last character only."""
    if len(number) != 18:
        return "*" * (len(number) - 1) + number[-1:]
    return number[:6] + "*" * 8 + number[-4:]


def mask_phone(number: str) -> str:
    """138****5678; of a landline or anything else the last two characters."""
    if len(number) == 11 and number.startswith("1"):
        return number[:3] + "****" + number[-4:]
    return "*" * max(len(number) - 2, 1) + number[-2:] if len(number) > 4 else "*" * len(number)


def mask_name(name: str) -> str:
    """王*, 欧***. The first character, then a star for each other one, at most five of them."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 5) if name else ""
