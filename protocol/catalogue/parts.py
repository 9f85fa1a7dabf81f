"""The parts of a service item: its limits, materials, fields, situations, licence, and the rest.

Plain shapes with as little sense as possible; what they mean together stands in items.py, what each
may hold in checking.py. Whatever was added after the first release has a default: an older bundle
still opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default

from protocol.catalogue.vocabulary import (
    About,
    Certainty,
    CountedFrom,
    FieldRole,
    FieldType,
    InputSource,
    InputType,
    InstantOutcome,
    LicenceEffect,
    LimitKind,
    MaterialSource,
    Mode,
    OnExpiry,
    PaperForm,
    Stop,
    SurveyNeed,
    Unit,
)

When = dict[str, tuple[str, ...]]  # situation -> the answers that will do; all of them must hold, none means always


def holds(when: Mapping[str, tuple[str, ...]], answers: Mapping[str, str]) -> bool:
    """Whether a condition is met; a situation that nobody has answered meets none."""
    return all(answers.get(situation, "") in values for situation, values in when.items())


@dataclass(frozen=True, slots=True)
class Basis:
    text: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Span:
    value: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Extension:
    value: int
    unit: Unit
    by: str  # who may extend
    basis: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One period that the law (or practice, see `certainty`) sets. `value` is 0 with the unit `instant` only.

    An instant limit beside another of the same kind is "on the spot where that can be done"; the other one is
    the clock of the case. Of several that are not instant each is kept, so that the shortest decides.
    """

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
    amount: str = ""  # in words, with its unit; only where something is charged


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
class Choice:
    value: str
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Situation:
    """One question whose answer decides which materials and fields apply (情形).

    Where the form has a choice field of the same key, its answer is the answer and nobody is asked twice.
    """

    key: str
    label: str
    label_en: str
    question: str
    question_en: str
    choices: tuple[Choice, ...]


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
    standard_en: str = ""
    when: When = default(default_factory=dict)
    secondary: bool = False  # a case may be accepted without it and get it later (容缺)
    sample: str = ""  # where a filled-in example hangs, or what it shows
    blank_form: str = ""  # where the blank form is to be had
    basis: str = ""
    certainty: Certainty = Certainty.KNOWN

    @property
    def asked_of_applicant(self) -> bool:
        return self.source is not MaterialSource.SHARED


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
    when: When = default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchWindow:
    """A part of the year in which alone applications are taken; "MM-DD", both days included, within one year."""

    name: str
    opens: str
    closes: str
    basis: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Commitment:
    """Decided on the applicant's word (告知承诺), looked at afterwards."""

    conditions: tuple[str, ...]
    consequences: str
    check_within: Span  # counted from the decision
    basis: str
    certainty: Certainty
    when: When = default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conditional:
    """Accepted without secondary materials (容缺受理), which the applicant brings in time."""

    supply_within: Span  # counted from the acceptance
    on_expiry: OnExpiry
    basis: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Licence:
    """What is issued, and how long it holds. Items of one `kind` issue, renew, change or cancel the same licence."""

    kind: str  # lower-case code
    name: str
    name_en: str
    certainty: Certainty  # of the validity and of the window
    effect: LicenceEffect = LicenceEffect.ISSUES
    validity: Span | None = None  # None: until it is cancelled
    renewal_opens: Span | None = None  # before the end: the first day on which renewal may be asked for
    renewal_closes: Span | None = None  # before the end: the last one
    deemed_renewed: str = ""  # basis of 视为准予延续, "" where there is none


@dataclass(frozen=True, slots=True)
class InstantInput:
    """One thing that a rule goes by. Without a `name` it is words for the authors, and no machine looks at it."""

    what: str
    source: str  # in words: the form, a paper, a register that is asked over the wire
    name: str = ""  # by which the rules call it
    taken_from: InputSource | None = None
    of: str = ""  # key of a field, code of a material, a StationQuestion, name of a reference list
    looks_up: str = ""  # of a list: the field whose answer is looked for
    type: InputType = InputType.TEXT
    fresh_for: int = 0  # hours after which what a station or a list knows is stale; 0 for what is given now
    what_en: str = ""


@dataclass(frozen=True, slots=True)
class InstantCondition:
    """One rule: when it is met it grants, or it wants a person. `reason` is what the applicant is told of it."""

    name: str
    when: str  # a CEL expression over the inputs, and `today`
    outcome: InstantOutcome
    reason: str
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class InstantRule:
    """What is decided on the spot where the station may decide: granted, or given to a person, and never refused.

    Granted is what at least one granting rule and no other is met for. Without `rules` it only says what could be.
    """

    plausible: str
    certainty: Certainty
    inputs: tuple[InstantInput, ...] = ()
    rules: tuple[InstantCondition, ...] = ()

    @property
    def named(self) -> tuple[InstantInput, ...]:
        return tuple(one for one in self.inputs if one.name)


@dataclass(frozen=True, slots=True)
class Remedies:
    """How a refusal can be contested. `{reconsideration_body}` and `{court}` are filled in by the officer."""

    text: str
    certainty: Certainty

    def fill(self, reconsideration_body: str, court: str) -> str:
        return self.text.replace("{reconsideration_body}", reconsideration_body).replace("{court}", court)
