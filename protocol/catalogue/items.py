"""What a service item is.

An item says what one kind of case needs: who may apply, which form, which materials, which limits
the law sets, and how sure we are of each. Law is data: nothing in the code knows a statute.
Certainty marks travel with every claim; what was not read in the statute itself must never be
shown to a citizen as law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from protocol.catalogue.parts import (
    Authority,
    Basis,
    BatchWindow,
    Choice,
    Commitment,
    Conditional,
    Extension,
    Fee,
    Field,
    InstantCondition,
    InstantInput,
    InstantRule,
    Licence,
    Limit,
    Material,
    Promise,
    Remedies,
    Situation,
    Span,
    Survey,
    holds,
)
from protocol.catalogue.vocabulary import (
    About,
    Certainty,
    Change,
    CountedFrom,
    FieldRole,
    FieldType,
    HandlingForm,
    InputSource,
    InputType,
    InstantOutcome,
    Level,
    LicenceEffect,
    LimitKind,
    MaterialSource,
    Mode,
    OnExpiry,
    PaperForm,
    ProjectType,
    ResultType,
    ServiceObject,
    ServiceScope,
    StationKind,
    StationQuestion,
    Stop,
    SurveyNeed,
    Unit,
)

__all__ = [
    "About",
    "Authority",
    "Basis",
    "BatchWindow",
    "Certainty",
    "Change",
    "Choice",
    "Commitment",
    "Conditional",
    "CountedFrom",
    "Extension",
    "Fee",
    "Field",
    "FieldRole",
    "FieldType",
    "HandlingForm",
    "InputSource",
    "InputType",
    "InstantCondition",
    "InstantInput",
    "InstantOutcome",
    "InstantRule",
    "Item",
    "Level",
    "Licence",
    "LicenceEffect",
    "Limit",
    "LimitKind",
    "Material",
    "MaterialSource",
    "Mode",
    "OnExpiry",
    "PaperForm",
    "ProjectType",
    "Promise",
    "Remedies",
    "ResultType",
    "ServiceObject",
    "ServiceScope",
    "Situation",
    "Span",
    "StationKind",
    "StationQuestion",
    "Stop",
    "Survey",
    "SurveyNeed",
    "Unit",
    "holds",
]


@dataclass(frozen=True, slots=True)
class Item:
    """One version of one service item. A case pins (code, version) and is decided by it for ever."""

    code: str
    version: int
    in_force_from: date
    name: str
    name_en: str
    aliases: tuple[str, ...]
    type: str
    type_certainty: Certainty
    service_object: ServiceObject
    level: Level
    organ: str  # who decides, as the law names it, without the district's name
    project_type: ProjectType
    authority: dict[StationKind, Authority]
    legal_basis: tuple[Basis, ...]
    limits: tuple[Limit, ...]
    promised: Promise
    fee: Fee
    survey: Survey
    materials: tuple[Material, ...]
    fields: tuple[Field, ...]
    remedies: Remedies
    result: str  # 证照, 批文, 证明, 登记, 给付
    note: str = ""
    organ_en: str = ""
    in_force_to: date | None = None  # the last day; None: until a later version takes over
    change: Change = Change.ADD
    catalogue_code: str = ""  # 基本编码, 12 characters, from the province's list
    task_code: str = ""  # 实施编码, at most 36 characters
    handling_item: str = ""  # 业务办理项
    also_for: tuple[ServiceObject, ...] = ()
    situations: tuple[Situation, ...] = ()
    handling: tuple[HandlingForm, ...] = (HandlingForm.WINDOW,)
    scope: ServiceScope = ServiceScope.COUNTY
    visits: int = 1  # 到现场次数
    result_type: ResultType = ResultType.OTHER
    windows: tuple[BatchWindow, ...] = ()
    after: tuple[str, ...] = ()  # items of which a granted case comes first
    bundle: tuple[str, ...] = ()  # the items that make up one matter (一件事)
    commitment: Commitment | None = None
    conditional: Conditional | None = None
    licence: Licence | None = None
    instant: InstantRule | None = None
    group: str = ""  # who at a counter knows it (groups.py); "": as the code's first letter says

    @property
    def has_survey(self) -> bool:
        """Whether a case of this item may need a visit to the place."""
        return self.survey.need is not SurveyNeed.NEVER

    def is_in_force(self, on: date) -> bool:
        """Between its own dates; a later version may have taken over, which only the catalogue knows."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)

    @property
    def is_open(self) -> bool:
        """Whether it can be applied for while it is in force."""
        return self.change not in (Change.SUSPEND, Change.CANCEL)

    @property
    def service_objects(self) -> tuple[ServiceObject, ...]:
        return (self.service_object, *self.also_for)

    @property
    def special_procedures(self) -> frozenset[Stop]:
        """For what the clock of a case may stand still: what the limits say, and nothing else."""
        return frozenset(stop for limit in self.limits for stop in limit.stops_on)

    @property
    def required_materials(self) -> tuple[Material, ...]:
        """What has to be attached in every situation; what the administration has is never asked for."""
        return tuple(m for m in self.materials if m.required and m.asked_of_applicant and not m.when)

    def materials_for(self, answers: Mapping[str, str]) -> tuple[Material, ...]:
        """The materials that apply; `answers` holds those of the situations and of the form together."""
        return tuple(material for material in self.materials if holds(material.when, answers))

    def required_materials_for(self, answers: Mapping[str, str]) -> tuple[Material, ...]:
        """What has to be attached before a case in this situation can be submitted."""
        return tuple(m for m in self.materials_for(answers) if m.required and m.asked_of_applicant)

    def fields_for(self, answers: Mapping[str, str]) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if holds(field.when, answers))

    def unanswered(self, answers: Mapping[str, str]) -> tuple[Situation, ...]:
        """The situations that have to be asked before it is known which materials apply."""
        return tuple(
            situation
            for situation in self.situations
            if answers.get(situation.key, "") not in {choice.value for choice in situation.choices}
        )

    def mode_at(self, kind: StationKind) -> Mode:
        """Where the item says nothing of a kind of station, that station only tells people where to go."""
        authority = self.authority.get(kind)
        return authority.mode if authority else Mode.INFORM

    def field_with(self, role: FieldRole) -> Field:
        """Every item that was read has exactly one field of each role."""
        return next(field for field in self.fields if field.role is role)

    def material(self, code: str) -> Material | None:
        return next((material for material in self.materials if material.code == code), None)
