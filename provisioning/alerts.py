"""From a TLS alert to its cause, as an installer needs it: whose move it is, and what it is.

The alert alone misleads: a stale revocation list at the hub says "certificate expired", a missing
one "unknown ca". So the box's own facts are looked at first, and only then is the alert believed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Own:
    """What the box knows of itself."""

    clock_below_floor: bool
    expired: bool
    not_yet_valid: bool
    issuer_known: bool


@dataclass(frozen=True, slots=True)
class Cause:
    ok: bool
    zh: str
    en: str
    next_step: str = "现场无需处理，通知区中心 | nothing to do here, call the district"


_SEND_BACK = "断电并送回 | switch it off and send it back"
_TIME = Cause(
    False,
    "本机时间错误",
    "this machine's clock is wrong",
    "timedatectl set-time '2026-01-31 09:00:00'；再查主板电池 | set the clock, then look at its battery",
)
_ACCEPTED = Cause(True, "区中心接受本机证书", "the district accepts this box's certificate", "")
# (alert, own certificate expired?) -> cause; None: whatever it is
_CAUSES: dict[tuple[str, bool | None], Cause] = {
    ("certificate expired", True): Cause(
        False,
        "本机证书过期",
        "this box's certificate ran out",
        "用 revive 换证，数据保留 | enrol it again with `revive`; its data stays",
    ),
    ("certificate expired", False): Cause(
        False,
        "中心吊销列表过期或中心时钟超前",
        "the district's revocation list is stale or its clock ahead",
    ),
    ("bad certificate", None): Cause(
        False,
        "中心时钟落后或吊销列表时间异常",
        "the district's clock is behind or its revocation list begins in the future",
    ),
    ("certificate revoked", None): Cause(False, "本机已停用或已被替换", "this box was revoked or replaced", _SEND_BACK),
    ("handshake failure", None): Cause(
        False, "中心证书与私钥不配套", "the district's certificate does not fit its key"
    ),
    ("closed", None): Cause(
        False,
        "中心断开连接而未说明原因",
        "the district closed the connection without a reason",
    ),
}
_UNKNOWN_CA = {
    True: Cause(
        False,
        "中心未装载本机签发机构或缺吊销列表",
        "the district has not loaded our issuing CA or has no revocation list for it",
    ),
    False: Cause(
        False,
        "证书不属于本系统",
        "this certificate is not of this district",
        "重新入网：enrol 或 revive | enrol the box again: `enrol` or `revive`",
    ),
}


def cause(answer: str, own: Own) -> Cause:
    """`answer` is what canary.knock() brought: "accepted" or the alert's name."""
    if own.clock_below_floor or own.not_yet_valid:
        return _TIME
    if answer == "accepted":
        return _ACCEPTED
    if answer == "unknown ca":
        return _UNKNOWN_CA[own.issuer_known]
    found = _CAUSES.get((answer, None)) or _CAUSES.get((answer, own.expired))
    return found or Cause(False, f"中心拒绝：{answer}", f"the district refuses with {answer!r}")
