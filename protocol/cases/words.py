"""The words of a case: sides, roles, statuses, links, duties, acts, flags and what an act must carry.

Names only, no rule: what may follow what stands in rules.py, who may not do what in duties.py.
"""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    STATION = "station"
    HUB = "hub"


class Role(StrEnum):
    """What an account may be, several at a time. Side and role together decide; RULES and the route tables name them."""

    CLERK = "clerk"  # station: takes in, supplies, hands over
    HEAD = "head"  # station: the same, and answers for the station
    APPLICANT = "applicant"  # station: the citizen himself at a kiosk; applies and supplies, never an account
    ACCEPTOR = "acceptor"  # hub, 受理: accepts, asks for corrections, declines to accept
    REVIEWER = "reviewer"  # hub, 审核: examines and proposes; orders surveys and special procedures
    SURVEYOR = "surveyor"  # hub, 踏勘: always two of them
    APPROVER = "approver"  # hub, 审批: decides
    ISSUER = "issuer"  # hub, 发证: makes and sends what was decided
    ARCHIVIST = "archivist"  # hub, 归档
    LEADER = "leader"  # hub: head of the agency; extends, reopens, recuses others, answers for red cards
    SUPERVISOR = "supervisor"  # hub: watches clocks, gives cards; moves no case
    AUDITOR = "auditor"  # hub: reads everything, touches nothing
    EDITOR = "editor"  # hub: drafts catalogue and rules, signs them
    PUBLISHER = "publisher"  # hub: approves what another signed, and publishes it
    OPERATOR = "operator"  # hub: stations, exchange, attention
    ADMIN = "admin"  # accounts; no cases
    SYSTEM = "system"  # what no person decides: lapse of time, a rule of the signed catalogue; never an account


class Status(StrEnum):
    RECEIVED = "received"  # materials taken in, receipt printed; no acceptance yet (收件)
    RETURNED = "returned"  # one-time correction notice is out (补正)
    ACCEPTED = "accepted"  # 受理; with the reviewers, or the surveyors
    REVIEWED = "reviewed"  # 审核 is done; with the approvers
    NOT_ACCEPTED = "not-accepted"  # 不予受理 or 不受理, 行政许可法 §32(1)(2)
    GRANTED = "granted"  # 准予; the result has to be made and sent
    DENIED = "denied"  # 不予, with reasons and remedies, §38
    ISSUED = "issued"  # the result is on its way to the desk, or there
    WITHDRAWN = (
        "withdrawn"  # the request was granted, or a correction never came; the paper that says so is to be served
    )
    HANDED_OVER = "handed-over"  # the result is with the applicant (送达)
    ARCHIVED = "archived"  # the case file is complete and closed (归档)


class Link(StrEnum):
    """The links of the pipeline; each belongs to a section, and a case is in the hands of exactly one."""

    INTAKE = "intake"  # 收件, at a station
    ACCEPTANCE = "acceptance"
    REVIEW = "review"
    SURVEY = "survey"
    APPROVAL = "approval"
    ISSUANCE = "issuance"
    HAND_OVER = "hand-over"  # at a station
    ARCHIVE = "archive"
    SUPERVISION = "supervision"  # 督查: holds no case


class Duty(StrEnum):
    """What a person did on a case, as far as it keeps him from doing something else on it."""

    INTAKE = "intake"
    ACCEPTANCE = "acceptance"
    REVIEW = "review"
    SURVEY = "survey"
    HEARING = "hearing"  # in the chair, 行政许可法 §48
    APPROVAL = "approval"
    ISSUANCE = "issuance"
    ARCHIVE = "archive"


class Act(StrEnum):
    SUBMIT = "submit"
    DECIDE_AT_ONCE = "decide-at-once"  # 秒批秒办: taken in, accepted, granted and issued at the desk, by signed rules
    ACCEPT = "accept"
    ACCEPT_CONDITIONALLY = "accept-conditionally"  # 容缺受理: secondary materials follow
    DEEM_ACCEPTED = "deem-accepted"  # nobody told the applicant in time, 行政许可法 §32(4)
    ASK_CORRECTION = "ask-correction"
    REFUSE_ACCEPTANCE = "refuse-acceptance"  # 不予受理: another authority is competent
    DECLARE_NOT_REQUIRED = "declare-not-required"  # 不受理: no permit is needed
    SUPPLEMENT = "supplement"
    LAPSE = "lapse"  # the time for the correction is over and nothing came: back to the hub
    CLOSE_LATE = "close-late"  # a named role closes what came too late or never
    ORDER_SURVEY = "order-survey"
    RECORD_SURVEY = "record-survey"
    COUNTERSIGN_SURVEY = "countersign-survey"  # the second surveyor
    PAUSE = "pause"  # special procedure, rectification, another agency's conclusion
    RESUME = "resume"
    EXTEND = "extend"  # 行政许可法 §42
    RECUSE = "recuse"  # 回避
    REVIEW = "review"  # the reviewer's proposal goes to the approvers
    SEND_BACK = "send-back"  # the approver wants it reviewed again
    GRANT = "grant"
    DENY = "deny"
    DEEM_RENEWED = "deem-renewed"  # no decision before the licence ran out, 行政许可法 §50
    ISSUE = "issue"
    RETURN_RESULT = "return-result"  # the desk found an error on what was issued
    HAND_OVER = "hand-over"
    MOVE = "move"  # to another station: what is left to do at a desk is done there
    CHECK_PROMISE = "check-promise"  # the later look at an informed commitment
    CANCEL_LICENCE = "cancel-licence"  # 注销, 行政许可法 §70
    REVOKE_LICENCE = "revoke-licence"  # 撤销, 行政许可法 §69
    ARCHIVE = "archive"
    REOPEN = "reopen"  # an error is mended
    CONFIRM = "confirm"  # the hub has looked at what was decided at once, and it stands
    DOUBT = "doubt"  # the hub's look came to something else: a person decides what follows
    ASK_WITHDRAWAL = "ask-withdrawal"
    ALLOW_WITHDRAWAL = "allow-withdrawal"
    DECLINE_WITHDRAWAL = "decline-withdrawal"
    RESCAN = "rescan"  # a scan that was lost at both ends was taken again
    ASK_MOVE = "ask-move"  # the applicant wants to fetch the result at another station
    SUPPLY = "supply"  # papers of a conditional acceptance, or that came late
    ATTACH = "attach"  # a document was produced
    NOTE = "note"  # an inner opinion; sealed to the hub itself
    CARD = "card"  # 黄牌, 红牌; sealed to the hub itself
    ANSWER_CARD = "answer-card"
    SETTLE = "settle"  # a person looked at two versions and wrote down why the standing one stands


class Flag(StrEnum):
    CORRECTED = "corrected"  # the one correction notice has been used
    LAPSED = "lapsed"  # the time for the correction is over
    DEEMED_ACCEPTED = "deemed-accepted"
    LACKING = "lacking"  # accepted conditionally, and not everything is here yet
    SIMPLE = "simple"  # decided at once: accepted and decided without a review in between, 行政许可法 §34
    INSTANT = "instant"  # decided at once, by rules
    PROVISIONAL = "provisional"  # the hub has not confirmed that yet
    DOUBTED = "doubted"  # and would not have decided so: a person looks
    COMMITTED = "committed"  # 告知承诺
    CHECK_DUE = "check-due"  # what was promised has to be looked at
    PROMISE_BROKEN = "promise-broken"
    SURVEY_PENDING = "survey-pending"
    SURVEY_RECORDED = "survey-recorded"  # one surveyor has signed
    SURVEYED = "surveyed"
    PAUSED = "paused"
    EXTENDED = "extended"
    SENT_BACK = "sent-back"
    RESULT_RETURNED = "result-returned"
    DEEMED_RENEWED = "deemed-renewed"
    LICENCE_ENDED = "licence-ended"
    REOPENED = "reopened"
    YELLOW = "yellow"
    RED = "red"
    WITHDRAWAL_ASKED = "withdrawal-asked"  # an open request to withdraw
    FORKED = "forked"  # an act was set aside because an earlier one follows the same act
    ACT_REFUSED = "act-refused"  # an act came that the rules do not allow
    WAITING = "waiting"  # an act came before the one that it follows


class Need(StrEnum):
    """What an act must carry besides its author and time."""

    INTAKE = "intake"
    REASON = "reason"
    REMEDIES = "remedies"  # where and until when it can be contested
    CORRECTIONS = "corrections"  # everything that is wrong or lacks, once and completely
    REQUEST = "request"  # the request that it answers
    PROPOSAL = "proposal"  # grant or deny
    SURVEY = "survey"  # the record
    STOP = "stop"  # why the clock may stand still
    PERSON = "person"  # whom it concerns
    DAY = "day"  # from which day it counts
    PLACE = "place"  # the station to which it goes
    PACKAGE = "package"  # the digest of the case file
    TRACE = "trace"  # from what, and by which rules, it was decided at once
