"""The words of what is decided at once by rules, for clerks, officers and applicants."""

from protocol.console.texts import Texts

INSTANT: Texts = {
    "act.decide-at-once": ("即时办结", "Decided at once"),
    "act.confirm": ("确认即时办结", "Confirm what was decided at once"),
    "act.doubt": ("即时办结存疑", "Doubted"),
    "flag.instant": ("即时办结", "Decided at once"),
    "flag.provisional": ("待区中心确认", "To be confirmed by the district centre"),
    "flag.doubted": ("即时办结存疑", "Decided at once, doubted"),
    "instant.fresh": ("可用", "Good"),
    "instant.stale": ("已过时", "Too old"),
    "instant.missing": ("没有", "Not here"),
    "instant.yes": ("是", "Yes"),
    "instant.no": ("否", "No"),
    "instant.why-missing": ("缺少“{about}”", "“{about}” is missing"),
    "instant.why-stale": (
        "“{about}”的数据已经过时，联网更新后才能用",
        "“{about}” is too old; it has to be brought up to date first",
    ),
    "instant.why-failed": ("有一条规则无法判断：{about}", "One rule could not be applied: {about}"),
    "instant.why-unmet": ("没有符合可以当场办结的条件", "No condition for deciding at once is met"),
    "instant.why-clock": ("本站时钟没有校准，先由工作人员办理", "This station's clock is not to be relied on"),
    "instant.why-lacking": ("有材料后补，须由工作人员受理", "A paper is to follow, so a person accepts it"),
    "instant.why-unsigned": ("告知承诺没有签署", "The commitment is not signed"),
    "instant.why-version": (
        "开始填表以后事项已更新，请按新版本重新选事项",
        "The item has changed since; choose it again",
    ),
    "instant.from-form": ("申请表", "The application"),
    "instant.from-paper": ("材料", "The papers"),
    "instant.from-station": ("本站记录", "This station's records"),
    "instant.from-list": ("参照清单", "A signed list"),
    "instant.from-": ("—", "—"),
    "instant.what": ("依据", "Decided from"),
    "instant.source": ("来源", "Source"),
    "instant.value": ("结果", "Found"),
    "instant.as-of": ("截至", "As of"),
    "instant.state": ("状态", "State"),
    "instant.rule": ("规则", "Rule"),
    "instant.rule-is": (
        "目录第 {number} 号，规则 {rule}，由 {library} 计算",
        "Catalogue no. {number}, rule {rule}, evaluated by {library}",
    ),
    "instant.no-refusal": (
        "规则只会当场准予，或者转给工作人员；不会由机器拒绝。",
        "Rules grant, or hand over to a person. No machine refuses anything.",
    ),
    "instant.right": (
        "申请人可以要求说明理由，也可以要求由工作人员办理。",
        "The applicant may ask why, and may ask for a person instead.",
    ),
}
