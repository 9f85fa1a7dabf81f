"""Item files drafted from a list that some other office keeps: id, name, basis, limit, promise, and so on.

A draft holds what the list really says. What it does not say is left out and not guessed, so that the
check names it; what could not be read as a figure stands in the note in the list's own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from protocol.catalogue.items import Certainty, SurveyNeed, Unit

COLUMNS = frozenset({"id", "name", "legal_basis", "statutory_limit"})  # without these it is no such list
_LIMIT = re.compile(r"(\d+)\s*(wd|cd|个工作日|工作日|日|天|个月)")
_DAYS = re.compile(r"(?:[\d.]+[–-])?(\d+(?:\.\d+)?)")  # of a range the longer
_UNITS = {
    "wd": Unit.WORKING_DAY,
    "个工作日": Unit.WORKING_DAY,
    "工作日": Unit.WORKING_DAY,
    "cd": Unit.CALENDAR_DAY,
    "日": Unit.CALENDAR_DAY,
    "天": Unit.CALENDAR_DAY,
    "个月": Unit.MONTH,
}
_SURVEYS = {"是": SurveyNeed.ALWAYS, "否": SurveyNeed.NEVER}


def is_list(row: Mapping[str, str]) -> bool:
    return set(row) >= COLUMNS


def draft(row: Mapping[str, str]) -> dict[str, Any]:
    """What one row says, under the keys of an item file."""
    certainty = _certainty(row.get("source_flag", ""))
    basis = row["legal_basis"].strip()
    item: dict[str, Any] = {"code": row["id"].strip(), "version": 1, "name": row["name"].strip()}
    if kind := _unmarked(row.get("type", "")):
        item |= {"type": kind, "type_certainty": _mark(row.get("type", ""), Certainty.KNOWN).value}
    if basis:
        item["legal_basis"] = [{"text": _unmarked(basis), "certainty": _mark(basis, certainty).value}]
    if limit := _limit(row["statutory_limit"], basis, certainty):
        item["limits"] = [limit]
    if promised := _DAYS.fullmatch(row.get("promised_wd_proposal", "").strip()):
        days = -(-float(promised[1]) // 1)  # half a day is promised as one
        unit = Unit.WORKING_DAY if days else Unit.INSTANT
        item["promised"] = {"value": int(days), "unit": unit.value, "certainty": Certainty.LOCAL.value}
    if need := row.get("site_survey", "").strip():
        item["survey"] = _survey(need)
    names = [name.strip() for name in re.split(r"[;；]", row.get("materials", "")) if name.strip()]
    if names:
        item["materials"] = [
            {
                "code": f"{item['code']}-{number}",
                "name": name,
                "required": True,
                "forms": ["original"],
                "source": "applicant",
                "copies": 1,
            }
            for number, name in enumerate(names, start=1)
        ]
    if note := "；".join(text for text in (row["statutory_limit"].strip(), row.get("note", "").strip()) if text):
        item["note"] = note
    return item


def _limit(text: str, basis: str, certainty: Certainty) -> dict[str, Any] | None:
    """The limit if the list says just one figure, or only that it is done on the spot."""
    figures = list(_LIMIT.finditer(text))
    said = figures[0] if figures else None
    if len(figures) > 1 or (said is None and "当场" not in text) or (said and "当场" in text):
        return None
    return {
        "what": "decision",
        "value": int(said[1]) if said else 0,
        "unit": (_UNITS[said[2]] if said else Unit.INSTANT).value,
        "counted_from": "receipt",
        "stops_on": [],
        "on_expiry": "escalate" if said else "none",
        "basis": _unmarked(basis),
        "certainty": certainty.value,
    }


def _survey(text: str) -> dict[str, str]:
    need = _SURVEYS.get(text[0], SurveyNeed.CONDITIONAL)
    survey = {"need": need.value, "basis": text, "certainty": Certainty.KNOWN.value}
    return survey | ({"when": text} if need is SurveyNeed.CONDITIONAL else {})


def _certainty(flag: str) -> Certainty:
    """S only where the list says S and nothing else of this claim."""
    return Certainty(flag.strip()) if flag.strip() in set(Certainty) else Certainty.KNOWN


def _mark(text: str, otherwise: Certainty) -> Certainty:
    marked = re.search(r"\[([SPKL])", text)
    return Certainty(marked[1]) if marked else otherwise


def _unmarked(text: str) -> str:
    return re.sub(r"\[[SPKL/]+[^\]]*\]", "", text).strip()
