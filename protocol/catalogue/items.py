"""What a service item is.

An item says what one kind of case needs: who may apply, which form, which materials, which limits
the law sets, and how sure we are of each. Law is data: nothing in the code knows a statute.
Certainty marks travel with every claim; what was not read in the statute itself must never be
shown to a citizen as law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Certainty(StrEnum):
    """How a claim is known."""

    STATUTE = "S"  # read in the text of the statute
    PUBLIC = "P"  # read on another public page
    KNOWN = "K"  # general knowledge, not checked
    LOCAL = "L"  # differs from place to place: the district decides and confirms


class ProjectType(StrEnum):
    INSTANT = "instant"  # 即办件: done while the applicant waits
    PROMISED = "promised"  # 承诺件: done within a promised limit


class Level(StrEnum):
    """Who decides by law."""

    COUNTY = "county"
    TOWN = "town"


class ServiceObject(StrEnum):
    NATURAL = "natural"  # a person
    LEGAL = "legal"  # an enterprise or organisation with a credit code


class StationKind(StrEnum):
    TOWN = "town"
    VILLAGE = "village"
    RESIDENTIAL = "residential"
    BUSINESS = "business"
    KIOSK = "kiosk"


class Mode(StrEnum):
    """What a kind of station may do with an item."""

    DECIDE = "decide"  # 直办
    ACCEPT = "accept"  # 受理转办: an entrusted station accepts, somebody else decides
    RECEIVE = "receive"  # 收件转办: takes the materials in; accepting is not its business
    ASSIST = "assist"  # 帮办代办
    INFORM = "inform"  # 公开告知


class Unit(StrEnum):
    WORKING_DAY = "wd"
    CALENDAR_DAY = "cd"
    MONTH = "month"
    HOUR = "hour"
    INSTANT = "instant"


class LimitKind(StrEnum):
    """What has to be done, or to be over, within the limit."""

    NOTICE = "notice"  # tell once and completely what is missing, 行政许可法 §32(4)
    DECISION = "decision"
    OPINION = "opinion"  # another agency's word, within the time for the decision
    SURVEY = "survey"
    ISSUE = "issue"  # make and hand over what was granted, 行政许可法 §44
    WAITING = "waiting"  # must have ended before the decision: publicity, objections
    SUPPLY = "supply"  # the applicant brings what a notice or a conditional acceptance asked for
    CHECK = "check"  # after the decision: the look at what was promised, or an inspection that follows
    APPLICANT = "applicant"  # on the citizen, not on us: a birth within a month


class CountedFrom(StrEnum):
    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    CORRECTION_NOTICE = "correction_notice"
    SURVEY_ORDER = "survey_order"
    DECISION = "decision"
    WINDOW_END = "window_end"  # the end of the batch window in which the application came
    PUBLICITY = "publicity"  # the day on which a publicity or objection period was begun
    EVENT = "event"  # what happened to the citizen: birth, move, change


class Stop(StrEnum):
    """What the clock does not count, where the law of the item says so. Joint review is not among them, 行政许可法 §45."""

    CORRECTION = "correction"
    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"  # 检验
    TESTING = "testing"  # 检测
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"  # 鉴定
    EXPERT_REVIEW = "expert_review"
    PUBLICITY = "publicity"
    RECTIFICATION = "rectification"  # only where the law of the item excludes it, 医疗器械经营监督管理办法 §13
    THIRD_PARTY = "third_party"  # third parties are asked, 政府信息公开条例 §32
    CONCLUSION = "conclusion"  # a court or another agency has to conclude first, 工伤保险条例 §20


class OnExpiry(StrEnum):
    NONE = "none"
    DEEMED_ACCEPTED = "deemed_accepted"
    DEEMED_RENEWED = "deemed_renewed"
    DEEMED_WITHDRAWN = "deemed_withdrawn"
    ABANDONED = "abandoned"  # no answer to the notice, 政府信息公开条例 §30
    ESCALATE = "escalate"


class SurveyNeed(StrEnum):
    ALWAYS = "always"
    CONDITIONAL = "conditional"
    NEVER = "never"


class PaperForm(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    E_CERTIFICATE = "e_certificate"


class MaterialSource(StrEnum):
    APPLICANT = "applicant"
    AUTHORITY = "authority"  # issued to the applicant by another authority
    SHARED = "shared"  # the administration has it already: never ask the applicant for it


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    ID_NUMBER = "id_number"
    CREDIT_CODE = "credit_code"
    PHONE = "phone"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"
    ADDRESS = "address"


class FieldRole(StrEnum):
    """The three answers that the rest of the system needs to find, show masked and print."""

    APPLICANT_NAME = "applicant_name"
    APPLICANT_ID = "applicant_id"
    APPLICANT_PHONE = "applicant_phone"


class About(StrEnum):
    """Whom or what an answer is about."""

    APPLICANT = "applicant"
    AGENT = "agent"
    ENTERPRISE = "enterprise"
    PLACE = "place"
    HOUSEHOLD = "household"
    MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Basis:
    text: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Extension:
    value: int
    unit: Unit
    by: str  # who may extend
    basis: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One period that the law (or practice, see `certainty`) sets. `value` is 0 with the unit `instant` only."""

    what: LimitKind
    value: int
    unit: Unit
    counted_from: CountedFrom
    stops_on: tuple[Stop, ...]
    on_expiry: OnExpiry
    basis: str
    certainty: Certainty
    extendable: Extension | None = None
    note: str = ""

    @property
    def may_be_shown_as_law(self) -> bool:
        return self.certainty is Certainty.STATUTE


@dataclass(frozen=True, slots=True)
class Promise:
    """What the district promises, at most the statutory limit. Always a proposal until the district confirms it."""

    value: int
    unit: Unit
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Fee:
    charged: bool
    basis: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Survey:
    need: SurveyNeed
    basis: str
    certainty: Certainty
    when: str = ""  # the condition, if conditional


@dataclass(frozen=True, slots=True)
class Authority:
    """What one kind of station may do, and why."""

    mode: Mode
    basis: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Material:
    code: str
    name: str
    name_en: str
    required: bool
    forms: tuple[PaperForm, ...]
    source: MaterialSource
    copies: int
    standard: str  # when it is good enough to be taken

    @property
    def asked_of_applicant(self) -> bool:
        return self.source is not MaterialSource.SHARED


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    label: str
    label_en: str
    type: FieldType
    required: bool
    about: About
    max_length: int = 0  # characters; 0 where the type itself says how long
    choices: tuple[Choice, ...] = ()
    role: FieldRole | None = None
    hint: str = ""
    hint_en: str = ""


@dataclass(frozen=True, slots=True)
class Remedies:
    """How a refusal can be contested. `{reconsideration_body}` and `{court}` are filled in by the officer."""

    text: str
    certainty: Certainty

    def fill(self, reconsideration_body: str, court: str) -> str:
        return self.text.replace("{reconsideration_body}", reconsideration_body).replace("{court}", court)


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

    @property
    def has_survey(self) -> bool:
        """Whether a case of this item may need a visit to the place."""
        return self.survey.need is not SurveyNeed.NEVER

    @property
    def required_materials(self) -> tuple[Material, ...]:
        """What must be attached before a case can be submitted; what the administration has is never asked for."""
        return tuple(m for m in self.materials if m.required and m.asked_of_applicant)

    def mode_at(self, kind: StationKind) -> Mode:
        """Where the item says nothing of a kind of station, that station only tells people where to go."""
        authority = self.authority.get(kind)
        return authority.mode if authority else Mode.INFORM

    def field_with(self, role: FieldRole) -> Field:
        """Every item that was read has exactly one field of each role."""
        return next(field for field in self.fields if field.role is role)

    def material(self, code: str) -> Material | None:
        return next((material for material in self.materials if material.code == code), None)
