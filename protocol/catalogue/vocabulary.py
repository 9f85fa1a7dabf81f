"""The words that an item is made of: every closed list of the catalogue.

The values are what stands in the item files, in bundles and in journals: a value is added, never
renamed. What an item is made of stands in items.py, which passes these words on.
"""

from __future__ import annotations

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
    SELF = "self"  # 自助: the citizen does it at a machine there
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
    SUPPLEMENT = "supplement"  # the asked papers came; the receipt where none were asked, 政府信息公开条例 §30
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


class Change(StrEnum):
    """What a version does to the item before it."""

    ADD = "add"
    CHANGE = "change"
    SPLIT = "split"
    MERGE = "merge"
    SUSPEND = "suspend"
    CANCEL = "cancel"


class HandlingForm(StrEnum):
    WINDOW = "window"
    ONLINE = "online"
    POST = "post"
    KIOSK = "kiosk"


class ServiceScope(StrEnum):
    """Whose people may apply here (通办范围)."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


class ResultType(StrEnum):
    LICENCE = "licence"  # 证照: also a record of its own
    APPROVAL = "approval"  # 批文
    OTHER = "other"  # a proof, an entry in a register, money
    NONE = "none"


class InputSource(StrEnum):
    """From where an instant rule gets an input: all of them on the station's own machine."""

    FORM = "form"  # an answer
    PAPER = "paper"  # how many files are attached for a material
    STATION = "station"  # what this station's own records say: a StationQuestion
    LIST = "list"  # whether an answer stands on a signed reference list of the catalogue


class InputType(StrEnum):
    """What a rule gets to see of it."""

    TEXT = "text"
    NUMBER = "number"  # as it was typed: a fraction is one
    COUNT = "count"  # whole
    DAY = "day"  # whole days since 1970-01-01, so that two days can be taken from each other
    AGE = "age"  # whole years on the day of the decision, of an ID number or a day
    YES = "yes"  # true or false


class StationQuestion(StrEnum):
    """What can be asked of a station's own records."""

    OPEN_CASES = "open-cases"  # of this applicant for this item, under way here
    GRANTED_CASES = "granted-cases"  # of this applicant for this item, granted here


class InstantOutcome(StrEnum):
    """What an instant rule can come to. There is no third."""

    GRANT = "grant"
    PERSON = "person"


class LicenceEffect(StrEnum):
    """What granting the item does to the licence."""

    ISSUES = "issues"
    RENEWS = "renews"
    CHANGES = "changes"
    REPLACES = "replaces"
    CANCELS = "cancels"
