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


_TIME = Cause(False, "本机时间错误：先校正时间", "this machine's clock is wrong: set it first")
_ACCEPTED = Cause(True, "区中心接受本机证书", "the district accepts this box's certificate")
# (alert, own certificate expired?) -> cause; None: whatever it is
_CAUSES: dict[tuple[str, bool | None], Cause] = {
    ("certificate expired", True): Cause(
        False, "本机证书过期：请用 revive 换证", "this box's certificate ran out: enrol it again with `revive`"
    ),
    ("certificate expired", False): Cause(
        False,
        "中心吊销列表过期或中心时钟超前：现场无需处理，通知中心",
        "the district's revocation list is stale or its clock ahead: nothing to do here, call the district",
    ),
    ("bad certificate", None): Cause(
        False,
        "中心时钟落后或吊销列表时间异常：通知中心",
        "the district's clock is behind or its revocation list begins in the future: call the district",
    ),
    ("certificate revoked", None): Cause(
        False, "本机已停用或已被替换：请断电并送回", "this box was revoked or replaced: switch it off and send it back"
    ),
    ("handshake failure", None): Cause(
        False, "中心证书与私钥不配套：通知中心", "the district's certificate does not fit its key: call the district"
    ),
    ("closed", None): Cause(
        False,
        "中心断开连接而未说明原因：通知中心",
        "the district closed the connection without a reason: call the district",
    ),
}
_UNKNOWN_CA = {
    True: Cause(
        False,
        "中心未装载本机签发机构或缺吊销列表：通知中心",
        "the district has not loaded our issuing CA or has no revocation list for it: call the district",
    ),
    False: Cause(
        False, "证书不属于本系统：请重新入网", "this certificate is not of this district: enrol the box again"
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
    return found or Cause(
        False, f"中心拒绝：{answer}：通知中心", f"the district refuses with {answer!r}: call the district"
    )
