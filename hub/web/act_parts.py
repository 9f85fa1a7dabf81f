"""What the form of each act asks: by what RULES say it needs, and by the act itself.

Two small tables and the inputs that they name. An act that comes with another rule gets its fields from the need;
only what is particular to one act stands under its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.lawful import begun_by_publicity
from hub.remedies import BODY, COURT, Bodies, needs_bodies, template_of
from hub.web.act_licence import licence_blocks
from hub.web.act_survey import survey_blocks
from hub.web.asking import Ask, Asked, Block, Input
from hub.web.shown import stop_name, title_of
from protocol.cases.rules import Act, Need, Role, rule_for
from protocol.cases.words import Duty
from protocol.catalogue.items import Limit, ProjectType, Stop, SurveyNeed
from protocol.console.parts import Text
from protocol.console.texts import say

Part = Callable[[Asked], list[Block]]


def blocks_of(asked: Asked) -> list[Block]:
    """The form of this act, from the top down."""
    rule = rule_for(asked.case.status, asked.act)
    needs = rule.needs if rule else frozenset()
    parts = [*_FIRST.get(asked.act, ()), *(part for need, part in _OF_NEED if need in needs)]
    if asked.act in _FREE_REASON:
        parts.append(_free_reason)
    parts += _THEN.get(asked.act, ())
    if Need.REMEDIES in needs:
        parts.append(_remedies)
    return [block for part in parts for block in part(asked)]


# -- by what the rules need


def _reason(asked: Asked) -> list[Block]:
    own = asked.act in (Act.ORDER_SURVEY, Act.GRANT, Act.REVIEW, Act.REOPEN, Act.CHECK_PROMISE)
    hint: Text = say(f"act.reason-hint.{asked.act}") if own else ""
    return [Block([Input("reason", say("act.reason"), hint=hint, empty=say("act.reason-empty"))])]


def _free_reason(asked: Asked) -> list[Block]:
    return [Block([Input("reason", say("act.remark"), required=False, rows=2)])]


def _proposal(asked: Asked) -> list[Block]:
    options = [(kind, say(f"proposal.{kind}")) for kind in ("grant", "deny")]
    return [Block([Input("proposal", say("act.proposal"), Ask.ONE_OF, options=options)])]


def _stop(asked: Asked) -> list[Block]:
    """Only what the law of the item names; a rectification may be ordered anyway, and then its time counts."""
    stops = stops_of(asked)
    options: list[tuple[str, Text]] = [
        (stop, say("act.stop-law", stop=stop_name(asked.request, stop), basis=limit.basis))
        for stop, limit in stops.items()
    ]
    if Stop.RECTIFICATION not in stops:
        options.append((Stop.RECTIFICATION, say("act.stop-counts", stop=stop_name(asked.request, Stop.RECTIFICATION))))
    if Stop.PUBLICITY not in stops and asked.item is not None and begun_by_publicity(asked.item):
        options.append((Stop.PUBLICITY, say("act.stop-begins", stop=stop_name(asked.request, Stop.PUBLICITY))))
    inputs = [
        Input("stop", say("act.stop"), Ask.ONE_OF, options=options, hint=say("act.stop-hint")),
        Input("expected", say("act.expected"), Ask.LINE, hint=say("act.expected-hint")),
    ]
    if Stop.HEARING in stops:
        reviewers = asked.case.done_by.get(Duty.REVIEW, set())
        chairs = [(one.name, one.display_name) for one in asked.people if one.name not in {*reviewers, asked.me.name}]
        inputs.append(
            Input("chair", say("act.chair"), Ask.CHOICE, hint=say("act.chair-hint"), required=False, options=chairs)
        )
    return [Block(inputs)]


def _person(asked: Asked) -> list[Block]:
    """Oneself; who leads the agency may recuse anybody."""
    if not asked.me.may(Role.LEADER):
        return []
    everyone = [(one.name, one.display_name) for one in asked.people]
    hint = say("act.person-hint")
    return [Block([Input("person", say("act.person"), Ask.CHOICE, options=everyone, hint=hint, default=asked.me.name)])]


def _remedies(asked: Asked) -> list[Block]:
    places = needs_bodies(template_of(asked.item))
    known = asked.bodies
    bodies = [
        Input(
            "reconsideration_body", say("act.reconsideration_body"), Ask.LINE, hint=say("act.bodies-hint"),
            required=False, default=known.reconsideration_body,
        ),
        Input("court", say("act.court"), Ask.LINE, required=False, default=known.court),
    ]  # fmt: skip
    remedies = Input(
        "remedies", say("act.remedies"), hint=say("act.remedies-hint") if places else "",
        empty=say("act.remedies-empty"), default=template_of(asked.item),
    )  # fmt: skip
    return [Block([*(bodies if places else []), remedies])]


def _place(asked: Asked) -> list[Block]:
    """Every other station; what the applicant asked for stands first."""
    case = asked.case
    names = [name for name in asked.places if name != case.station]
    options = [(name, title_of(asked.request, asked.places, name)) for name in names]
    return [
        Block([Input("to", say("act.to"), Ask.CHOICE, hint=say("act.to-hint"), options=options, default=case.fetch_at)])
    ]


_OF_NEED: tuple[tuple[Need, Part], ...] = (
    (Need.PROPOSAL, _proposal),
    (Need.STOP, _stop),
    (Need.PERSON, _person),
    (Need.SURVEY, survey_blocks),
    (Need.PLACE, _place),
    (Need.REASON, _reason),
)


# -- by the act


def _way(asked: Asked) -> list[Block]:
    """行政许可法 §34: decided at once only where the item is one that can be."""
    if not can_be_simple(asked):
        return []
    options = [(way, say(f"act.way.{way}")) for way in ("ordinary", "simple")]
    return [Block([Input("way", say("act.way"), Ask.ONE_OF, options=options, default="ordinary")])]


def can_be_simple(asked: Asked) -> bool:
    item = asked.item
    if item is None or asked.case.open_request is not None:
        return False
    return item.project_type is ProjectType.INSTANT and item.survey.need is not SurveyNeed.ALWAYS


def _basis(asked: Asked) -> list[Block]:
    law = "；".join(basis.text for basis in asked.item.legal_basis) if asked.item else ""
    if asked.act is Act.EXTEND:
        law = next((limit.extendable.basis for limit in _limits(asked) if limit.extendable), law)
    return [Block([Input("basis", say("act.basis"), required=False, rows=2, default=law)])]


def _competent(asked: Asked) -> list[Block]:
    """行政许可法 §32(2): who is turned away is told where to go."""
    return [Block([Input("competent", say("act.competent"), Ask.LINE, hint=say("act.competent-hint"))])]


def _kept(asked: Asked) -> list[Block]:
    options = [("yes", say("act.promise-kept")), ("no", say("act.promise-broken"))]
    return [Block([Input("passed", say("act.promise"), Ask.ONE_OF, options=options)])]


_FIRST: Mapping[Act, tuple[Part, ...]] = {
    Act.ACCEPT: (_way,),
    Act.REFUSE_ACCEPTANCE: (_competent,),
    Act.CHECK_PROMISE: (_kept,),
    Act.ISSUE: (licence_blocks,),
}
_WITH_BASIS = (
    Act.GRANT, Act.DENY, Act.REFUSE_ACCEPTANCE, Act.DECLARE_NOT_REQUIRED, Act.CLOSE_LATE, Act.EXTEND,
    Act.CANCEL_LICENCE, Act.REVOKE_LICENCE,
)  # fmt: skip
_THEN: Mapping[Act, tuple[Part, ...]] = dict.fromkeys(_WITH_BASIS, (_basis,))
_FREE_REASON = frozenset({Act.COUNTERSIGN_SURVEY, Act.ISSUE, Act.ALLOW_WITHDRAWAL})


# -- what the item's law says


def stops_of(asked: Asked) -> dict[Stop, Limit]:
    """What stops a clock of the case, each with the first limit that names it."""
    found: dict[Stop, Limit] = {}
    for limit in _limits(asked):
        for stop in limit.stops_on:
            if stop is not Stop.CORRECTION:
                found.setdefault(stop, limit)
    return found


def bodies_typed(typed: Mapping[str, str]) -> Bodies:
    return Bodies(typed.get("reconsideration_body", ""), typed.get("court", ""))


def bodies_missing(typed: Mapping[str, str]) -> list[str]:
    """The bodies that the sentence still has a place for."""
    remedies = typed.get("remedies", "")
    return [
        name
        for name, place in (("reconsideration_body", BODY), ("court", COURT))
        if place in remedies and not typed.get(name)
    ]


def _limits(asked: Asked) -> tuple[Limit, ...]:
    return asked.item.limits if asked.item else ()
