"""The case as the fold of its acts.

fold() takes a set: the order in which acts arrive makes no difference. It walks from the first act
along `follows`; where two acts follow the same one (a store was restored in between) the one of
the earlier life stands and the other is kept and marked. An act that the rules do not allow is
kept and marked refused; one whose predecessor has not come yet waits. Nothing is dropped, and
nothing is in the way of the next act.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from protocol.cases.acts import CaseAct, Told
from protocol.cases.case import Case, Standing, Step
from protocol.cases.judging import apply, is_beside, why_not, why_not_beside
from protocol.cases.rules import REMARKS, REQUESTS
from protocol.cases.words import Act, Flag, Side


def fold(told: Iterable[Told]) -> Case:
    """The case that these acts make. Deterministic in the set; never raises for what others sent."""
    unique: dict[str, Told] = {}
    for one in told:
        earlier = unique.get(one.act.id)
        if earlier is None or one.order < earlier.order:
            unique[one.act.id] = one
    acts = sorted(unique.values(), key=_order)
    return _straight(acts) or fold_with_care(acts)


_order = attrgetter("life", "epoch", "seq")


def fold_with_care(acts: list[Told]) -> Case:
    """Any acts at all, each once and in order: forks, requests, what was refused and what still waits."""
    unique = {one.act.id: one for one in acts}
    case_id = acts[0].act.case if acts else ""
    case = Case(id=case_id)
    # A request behind an act that was set aside is found after the line has been walked, and the answer to it
    # may stand on that line: walk again, knowing it. What is known only grows, so this ends.
    known: dict[str, CaseAct] = {}
    while True:
        requests = _walk(case, acts, unique, known)
        if requests.keys() <= known.keys():
            return case
        known, case = known | requests, Case(id=case_id)


def _straight(acts: list[Told]) -> Case | None:
    """The case of nearly every day: one line, nothing asked, nothing refused. None for any other.

    A shortcut and no second opinion: a property holds it against fold_with_care. A year of cases is folded anew in a
    minute because of it.
    """
    line: dict[str | None, Told] = {}
    beside: dict[str | None, list[Told]] = {}
    for one in acts:
        act = one.act
        if act.act in REMARKS:
            if act.act is Act.SETTLE or act.act is Act.ASK_MOVE:
                return None
            beside.setdefault(act.follows, []).append(one)
        elif act.act in REQUESTS or act.request is not None or act.follows in line:
            return None
        else:
            line[act.follows] = one
    case = Case(id=acts[0].act.case if acts else "")
    remarks: list[Told] = []
    while case.tip in line:
        one = line.pop(case.tip)
        if why_not(case, one, {}, set()):
            return None
        apply(case, one, {}, set())
        case.steps.append(Step(one, Standing.STANDS))
        for remark in beside.pop(case.tip, ()):
            if why_not_beside(case, remark):
                return None
            case.steps.append(Step(remark, Standing.STANDS))
            remarks.append(remark)
    if line or beside:
        return None
    _take_remarks(case, sorted(remarks, key=_order))
    return case


def _walk(case: Case, acts: list[Told], unique: dict[str, Told], known: dict[str, CaseAct]) -> dict[str, CaseAct]:
    """Fill `case` by one walk along the line. Returns the requests that stand; `known` are those of the last walk."""
    followers: dict[str | None, list[Told]] = {}
    for one in acts:
        followers.setdefault(one.act.follows, []).append(one)
    seen: dict[str, Step] = {}
    requests: dict[str, CaseAct] = {}
    answered: set[str] = set()
    while True:
        chosen: Told | None = None
        # what is asked comes before what answers it: epochs of two parties have no order between them; and what the
        # owner of the status did before what the other side did: the citizen has it in his hand
        owner = case.owner
        for one in sorted(
            followers.get(case.tip, []), key=lambda one: (not is_beside(case, one), one.side is not owner)
        ):
            if one.act.id in seen:
                continue
            if is_beside(case, one):
                step = _beside(case, one)
                if step.standing is Standing.STANDS:
                    _wish(case, one.act)
                    if one.act.act in REQUESTS:
                        requests[one.act.id] = one.act
            elif one.act.request is not None and one.act.request not in unique:
                step = Step(one, Standing.WAITING)
            else:
                why = why_not(case, one, known | requests, answered)
                if why:
                    step = Step(one, Standing.REFUSED, why)
                elif chosen is not None:
                    step = Step(one, Standing.FORKED)
                else:
                    step = Step(one, Standing.STANDS)
                    chosen = one
            seen[one.act.id] = step
        if chosen is None:
            break
        apply(case, chosen, requests, answered)
    _place_the_rest(case, acts, unique, seen, requests)
    _look_back(case, seen, acts, requests, answered)
    case.steps = _in_order(case, acts, followers, seen)
    _note_who_knows(case, acts)
    return requests


def _in_order(
    case: Case, acts: list[Told], followers: dict[str | None, list[Told]], seen: dict[str, Step]
) -> list[Step]:
    """The line as it was walked; behind each act what else followed it. Wall clocks have no say."""
    line: list[str | None] = []
    by_id = {one.act.id: one for one in acts}
    tip = case.tip
    while tip is not None:
        line.append(tip)
        tip = by_id[tip].act.follows
    steps: list[Step] = []
    placed: set[str] = set()
    waiting: list[Told] = []
    for on_line in [None, *reversed(line)]:
        if on_line is not None:
            steps.append(seen[on_line])
            placed.add(on_line)
        waiting = [one for one in followers.get(on_line, []) if one.act.id not in line]
        while waiting:
            beside = waiting.pop(0)
            if beside.act.id not in placed:
                placed.add(beside.act.id)
                steps.append(seen.get(beside.act.id) or Step(beside, Standing.WAITING))
                waiting = followers.get(beside.act.id, []) + waiting
    steps += [seen.get(one.act.id) or Step(one, Standing.WAITING) for one in acts if one.act.id not in placed]
    return steps


def _wish(case: Case, act: CaseAct) -> None:
    """Counts from the act that it follows until the next move; of two wishes the later one."""
    if act.act is Act.ASK_MOVE:
        case.fetch_at = act.to if act.to != case.station else ""


def _note_who_knows(case: Case, acts: list[Told]) -> None:
    """Also of a move that was set aside: that station has been told, and has to hear that it does not have the case."""
    for one in acts:
        if one.act.act is Act.MOVE and one.side is Side.HUB and one.act.to and one.act.to not in case.known_at:
            case.known_at.append(one.act.to)


def _beside(case: Case, told: Told) -> Step:
    why = why_not_beside(case, told)
    return Step(told, Standing.REFUSED, why) if why else Step(told, Standing.STANDS)


def _place_the_rest(
    case: Case, acts: list[Told], unique: dict[str, Told], seen: dict[str, Step], requests: dict[str, CaseAct]
) -> None:
    """Acts off the standing line: those behind a set-aside act share its fate; the others wait."""
    moved = True
    while moved:
        moved = False
        for one in acts:
            if one.act.id in seen:
                continue
            if one.act.follows is not None and one.act.follows not in unique:
                seen[one.act.id] = Step(one, Standing.WAITING)
                moved = True
                continue
            before = seen.get(one.act.follows or "")
            if before is None:
                continue
            if one.act.act in REQUESTS or one.act.act in REMARKS:
                # a wish of the applicant is not void because the act that the clerk saw was set aside
                step = _beside(case, one)
                if step.standing is Standing.STANDS:
                    _wish(case, one.act)
                    if one.act.act in REQUESTS:
                        requests[one.act.id] = one.act
            else:
                fate = Standing.FORKED if before.standing is Standing.STANDS else before.standing
                step = Step(one, fate, before.why)
            seen[one.act.id] = step
            moved = True


def _look_back(
    case: Case, seen: dict[str, Step], acts: list[Told], requests: dict[str, CaseAct], answered: set[str]
) -> None:
    """Open requests, flags and the steps as they are shown, once the line is known."""
    for request in requests.values():
        if request.id in answered:
            continue
        if case.status in REQUESTS[request.act][2]:
            if case.open_request is None:
                case.open_request = request
                case.flags.add(Flag.WITHDRAWAL_ASKED)
        elif case.status is not None:
            step = seen[request.id]
            if step.act.id != case.tip and step.standing is Standing.STANDS:
                seen[request.id] = Step(step.told, Standing.REFUSED, "refused.not-open")
    _take_remarks(
        case,
        [
            one
            for one in acts
            if one.act.act in REMARKS and one.act.id in seen and seen[one.act.id].standing is Standing.STANDS
        ],
    )
    settled = {
        step.act.request for step in seen.values() if step.act.act is Act.SETTLE and step.standing is Standing.STANDS
    }
    for one in acts:
        step = seen.get(one.act.id) or Step(one, Standing.WAITING)
        if step.standing is Standing.WAITING:
            case.flags.add(Flag.WAITING)
        elif step.act.id in settled:
            continue
        elif step.standing is Standing.FORKED:
            case.flags.add(Flag.FORKED)
        elif step.standing is Standing.REFUSED and step.act.act not in REQUESTS:
            case.flags.add(Flag.ACT_REFUSED)


def _take_remarks(case: Case, remarks: list[Told]) -> None:
    for one in remarks:
        _remark(case, one.act)
    if Flag.LACKING in case.flags and not case.lacking:
        case.flags.discard(Flag.LACKING)
    held = {card.card for card in case.cards if card.id not in case.answered_cards}
    if held:  # a red one says all that a yellow one would
        case.flags.add(Flag.RED if "red" in held else Flag.YELLOW)


def _remark(case: Case, act: CaseAct) -> None:
    """What a remark adds, whenever it came: remarks have no place in the line."""
    if act.act is Act.ATTACH:  # by far the most of them
        case.documents.append(act)
        return
    if act.act is Act.RESCAN:
        case.papers = [paper for paper in case.papers if paper.digest != act.instead]
    if act.act in (Act.RESCAN, Act.SUPPLY):
        case.papers += [paper for paper in act.papers if paper not in case.papers]
    if act.act is Act.SUPPLY:
        case.answers.update(act.answers)
        brought = {paper.material for paper in act.papers}
        case.lacking = [material for material in case.lacking if material not in brought]
    elif act.act is Act.CARD:
        case.cards.append(act)
    elif act.act is Act.ANSWER_CARD and act.request is not None:
        case.answered_cards.add(act.request)
    elif act.act in (Act.CONFIRM, Act.DOUBT):
        _look_at_instant(case, act)


def _look_at_instant(case: Case, act: CaseAct) -> None:
    """A confirmation counts whatever came before or after it; a doubt until there is one. Of a decision that stands no
    more neither says anything."""
    if Flag.INSTANT not in case.flags or case.decision is None or act.request != case.decision.id:
        return
    if act.act is Act.CONFIRM:
        case.flags -= {Flag.PROVISIONAL, Flag.DOUBTED}
        case.looked_at = act
    elif Flag.PROVISIONAL in case.flags:
        case.flags.add(Flag.DOUBTED)
        case.looked_at = act
