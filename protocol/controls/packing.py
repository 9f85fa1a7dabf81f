"""Rules on their way to the stations: one named part a version, in the signed bundle of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from protocol.controls.rules import ControlRule, RuleBook
from protocol.errors import Distrusted

RULE = "rule/"  # what our parts are called

encode_rule = msgspec.json.Encoder(order="sorted").encode
decode_rule = msgspec.json.Decoder(ControlRule).decode


def parts_of_rules(rules: Iterable[ControlRule]) -> dict[str, bytes]:
    """Part name -> bytes; the same rules give the same bytes."""
    return {f"{RULE}{rule.code}.v{rule.version}": encode_rule(rule) for rule in rules}


def book_of(parts: Mapping[str, bytes]) -> RuleBook | None:
    """The rules among the parts of a bundle; None if it brings none, and then the delivered ones hold.

    :raises Distrusted: bundle: a part cannot be read
    """
    try:
        rules = [decode_rule(data) for name, data in parts.items() if name.startswith(RULE)]
    except msgspec.DecodeError as why:
        raise Distrusted("distrusted.bundle") from why
    return RuleBook(rules) if rules else None
