"""The record of a visit to the place: what was looked at and found, and the photos that show it.

What is to be looked at was written with the order, one point a line, and stands on the form already. Photos are in
the blob store before the record names them; a form that is sent back names them by their digest.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import FormData

from hub.web.asking import Ask, Asked, Block, Input, as_typed, typed_moment
from protocol.cases.acts import CaseAct, Finding, Paper, Survey
from protocol.cases.rules import Act
from protocol.catalogue.papers import MAX_PAPER_BYTES, sniff_paper
from protocol.clock import moment, stamp
from protocol.console import forms
from protocol.console.parts import Row
from protocol.console.texts import Phrase, say
from protocol.errors import Refused

PHOTOS_AT_ONCE = 12
PHOTO_BYTES = 100 * forms.MIB
MATERIAL = "survey"  # what the photos show, in the place of a material's code
_POINTS, _SPARE = 20, 3  # lines of a record at most; empty ones below those that were ordered
RESULTS = ("pass", "fail", "n/a")


def survey_blocks(asked: Asked) -> list[Block]:
    place = next((f.key for f in asked.item.fields if f.about == "place"), "") if asked.item else ""
    results = [(result, say(f"survey.result.{result}")) for result in RESULTS]
    ordered = points_ordered(asked)
    when = as_typed(asked.at)
    blocks = [
        Block(
            [
                Input("place", say("survey.place"), Ask.LINE, default=asked.case.answers.get(place, "")),
                Input("arrived", say("survey.arrived"), Ask.MOMENT, default=when),
                Input("left", say("survey.left"), Ask.MOMENT, default=when),
            ]
        )
    ]
    for number in range(min(_POINTS, max(1, len(ordered)) + _SPARE)):
        point = ordered[number] if number < len(ordered) else ""
        blocks.append(
            Block(
                [
                    Input(f"point:{number}", say("survey.point"), Ask.LINE, required=not number, default=point),
                    Input(f"result:{number}", say("survey.result"), Ask.CHOICE, required=bool(point), options=results),
                    Input(f"remark:{number}", say("survey.remark"), Ask.LINE, required=False),
                ],
                title=say("survey.point-number", number=number + 1),
                in_a_row=True,
            )
        )
    blocks.append(
        Block(
            [
                Input(
                    "passed", say("survey.conclusion"), Ask.ONE_OF,
                    options=[("yes", say("survey.passed")), ("no", say("survey.failed"))],
                ),
                Input("reason", say("survey.conclusion-words"), required=False, rows=2),
                Input("applicant_says", say("survey.applicant-says"), required=False, rows=2),
                Input("photos", say("survey.photos"), Ask.PHOTOS, hint=say("survey.photos-hint"), required=False),
            ]
        )
    )  # fmt: skip
    return blocks


def points_ordered(asked: Asked) -> list[str]:
    order = next((act for act in reversed(asked.case.line) if act.act is Act.ORDER_SURVEY), None)
    return [line.strip() for line in order.reason.splitlines() if line.strip()][:_POINTS] if order else []


def survey_problems(asked: Asked, typed: Mapping[str, str]) -> dict[str, Phrase]:
    found: dict[str, Phrase] = {}
    arrived, left = typed_moment(typed.get("arrived", "")), typed_moment(typed.get("left", ""))
    if arrived and left and left < arrived:
        found["left"] = say("survey.left-before")
    elif left and left > asked.at:
        found["left"] = say("survey.left-later")
    for number in range(_POINTS):
        point, result = typed.get(f"point:{number}"), typed.get(f"result:{number}")
        if point and not result:
            found[f"result:{number}"] = say("survey.result-empty", point=point)
        elif not point and (result or typed.get(f"remark:{number}")):
            found[f"point:{number}"] = say("survey.point-empty")
    return found


def survey_said(typed: Mapping[str, str]) -> Survey:
    """Of a form without problems."""
    arrived, left = typed_moment(typed["arrived"]), typed_moment(typed["left"])
    assert arrived is not None
    assert left is not None
    return Survey(
        place=typed["place"],
        arrived=stamp(arrived),
        left=stamp(left),
        findings=[
            Finding(point, typed.get(f"result:{number}", ""), typed.get(f"remark:{number}", ""))
            for number in range(_POINTS)
            if (point := typed.get(f"point:{number}"))
        ],
        passed=typed.get("passed") == "yes",
        applicant_says=typed.get("applicant_says", ""),
    )


# -- photos


def take_photos(asked: Asked, body: FormData) -> tuple[dict[str, str], Phrase | None]:
    """Keep what was chosen; "photo:<digest>" names each, those of an earlier press too. What is wrong comes second."""
    kept = {name: "yes" for name in body if name.startswith("photo:") and asked.desk.blobs.has(name[6:])}
    for file in forms.files(body, "photos"):
        try:
            if (file.size or 0) > MAX_PAPER_BYTES:
                raise Refused("refused.paper-large", size=file.size, limit=MAX_PAPER_BYTES)
            data = file.file.read()
            sniff_paper(data)
        except Refused as why:
            return kept, Phrase(why.code, dict(why.params))
        kept[f"photo:{asked.desk.blobs.keep(data, asked.at)}"] = "yes"
    return kept, None


def photos_of(asked: Asked, typed: Mapping[str, str]) -> list[Paper]:
    """Size and type from the bytes themselves, whatever the form says."""
    found: list[Paper] = []
    for name in typed:
        data = asked.desk.blobs.read(name[6:]) if name.startswith("photo:") else None
        if data is not None:
            paper = Paper(digest=name[6:], size=len(data), type=sniff_paper(data), material=MATERIAL)
            found.append(paper)
    return found


# -- the record as it is read again


def survey_record(asked: Asked) -> list[Row]:
    act = last_survey(asked)
    return record_rows(asked, act) if act is not None else []


def last_survey(asked: Asked) -> CaseAct | None:
    return next((act for act in reversed(asked.case.line) if act.act is Act.RECORD_SURVEY), None)


def record_rows(asked: Asked, act: CaseAct) -> list[Row]:
    survey = act.survey
    if survey is None:
        return []
    lines = [
        asked.words(
            "survey.found", point=one.point, result=result_of(asked, one.result),
            remark=f"（{one.remark}）" if one.remark else "",
        )
        for one in survey.findings
    ]  # fmt: skip
    second = next(
        (one for one in reversed(asked.case.line) if one.act is Act.COUNTERSIGN_SURVEY and one.at >= act.at), None
    )
    rows = [
        Row(say("survey.surveyors"), "、".join(one.by.name or one.by.account for one in (act, second) if one)),
        Row(say("survey.place"), survey.place),
        Row(say("survey.time"), say("survey.from-to", arrived=moment(survey.arrived), left=moment(survey.left))),
        Row(say("survey.findings"), "\n".join(lines)),
        Row(say("survey.conclusion"), say("survey.passed" if survey.passed else "survey.failed")),
        Row(say("survey.conclusion-words"), act.reason),
        Row(say("survey.applicant-says"), survey.applicant_says),
    ]
    if act.papers:
        rows.append(Row(say("survey.photos"), say("survey.photo-count", count=len(act.papers))))
    return [row for row in rows if row.value]


def result_of(asked: Asked, result: str) -> str:
    """What was measured stands as it was written."""
    return asked.words(f"survey.result.{result}") if result in RESULTS else result
