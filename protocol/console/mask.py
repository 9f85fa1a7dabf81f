"""People's names and numbers as they may stand on a screen that others can see."""

from __future__ import annotations


def mask_number(number: str) -> str:
    """510114********1234 for an ID number; of anything shorter only the last four stay."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    return "*" * max(0, len(number) - 4) + number[-4:] if len(number) > 4 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """138****5678"""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 11 else mask_number(phone)


def mask_name(name: str) -> str:
    """王*, 欧**: the first character stays, and at most five stars. A rare one outside the BMP counts as one."""
    return name[:1] + "*" * min(len(name) - 1, 5) if len(name) > 1 else name
