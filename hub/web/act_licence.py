"""What is written on a licence when it is issued: filled in from the item and the case, and checked by a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from hub.web.asking import Ask, Asked, Block, Input
from protocol.cases.acts import LicenceTerms
from protocol.cases.licences import GIVEN_UP
from protocol.cases.rules import Act, Status
from protocol.catalogue.items import Licence, LicenceEffect
from protocol.console.texts import Phrase, say
from protocol.licences import last_day

_CHANGE = {
    LicenceEffect.ISSUES: "new",
    LicenceEffect.RENEWS: "renewed",
    LicenceEffect.CHANGES: "changed",
    LicenceEffect.REPLACES: "replaced",
    LicenceEffect.CANCELS: GIVEN_UP,
}


def licence_of(asked: Asked) -> Licence | None:
    """What this issue writes, or ends; None where a denial is sent, or the item has nothing to do with a licence."""
    if asked.act is not Act.ISSUE or asked.case.status is not Status.GRANTED or asked.item is None:
        return None
    return asked.item.licence


def licence_blocks(asked: Asked) -> list[Block]:
    licence = licence_of(asked)
    if licence is None:
        return []
    terms = proposed(asked, licence)
    title = say("licence.title", change=say(f"licence.{terms.change}"))
    if terms.change == GIVEN_UP:
        return [
            Block([Input("licence.replaces", say("licence.number"), Ask.LINE, default=terms.replaces)], title=title)
        ]
    inputs = [
        Input("licence.number", say("licence.number"), Ask.LINE, default=terms.number),
        Input("licence.holder", say("licence.holder"), Ask.LINE, default=terms.holder),
        Input("licence.valid_from", say("licence.valid-from"), Ask.DAY, default=terms.valid_from),
        Input(
            "licence.valid_to", say("licence.valid-to"), Ask.DAY, hint=say("licence.valid-to-hint"), required=False,
            default=terms.valid_to,
        ),
    ]  # fmt: skip
    if terms.replaces:
        inputs.append(
            Input("licence.replaces", say("licence.replaces"), Ask.LINE, required=False, default=terms.replaces)
        )
    return [Block(inputs, title=title)]


def proposed(asked: Asked, licence: Licence) -> LicenceTerms:
    """As the item has it: a renewed one goes on the day after the old one, a changed one keeps its end."""
    case, intake = asked.case, asked.case.intake
    old = intake.licence if intake else ""
    until = intake.licence_until if intake else ""
    start = date.fromisoformat(asked.today)
    if licence.effect is LicenceEffect.RENEWS and until and date.fromisoformat(until) >= start:
        start = date.fromisoformat(until) + timedelta(days=1)
    keeps_its_end = licence.effect in (LicenceEffect.CHANGES, LicenceEffect.REPLACES) and until
    return LicenceTerms(
        number=f"{case.number}·证照",
        kind=licence.kind,
        holder=case.applicant.name,
        valid_from=start.isoformat(),
        valid_to=until if keeps_its_end else last_day(licence.validity, start),
        change=_CHANGE[licence.effect],
        replaces=old,
    )


def licence_said(asked: Asked, typed: Mapping[str, str]) -> LicenceTerms | None:
    licence = licence_of(asked)
    if licence is None:
        return None
    if licence.effect is LicenceEffect.CANCELS:
        number = typed.get("licence.replaces", "")
        return LicenceTerms(
            number=number, kind=licence.kind, holder=asked.case.applicant.name, valid_from=asked.today,
            change=GIVEN_UP, replaces=number,
        )  # fmt: skip
    return LicenceTerms(
        number=typed.get("licence.number", ""),
        kind=licence.kind,
        holder=typed.get("licence.holder", ""),
        valid_from=typed.get("licence.valid_from", ""),
        valid_to=typed.get("licence.valid_to", ""),
        change=_CHANGE[licence.effect],
        replaces=typed.get("licence.replaces", ""),
    )


def licence_problems(typed: Mapping[str, str]) -> dict[str, Phrase]:
    start, end = typed.get("licence.valid_from", ""), typed.get("licence.valid_to", "")
    return {"licence.valid_to": say("licence.ends-before")} if end and end < start else {}
