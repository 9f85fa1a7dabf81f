"""The words of the page of licences."""

from protocol.console.texts import Texts

LICENCES: Texts = {
    "licences.title": ("证照", "Licences"),
    "licences.soon": ("现在可以申请延续", "To be renewed now"),
    "licences.soon-lead": (
        "请提醒持证人在期限内来申请；逾期的，能否延续由区中心认定。",
        "Remind the holders to come in time; whether one who comes later can still renew, the district decides.",
    ),
    "licences.none-soon": ("没有临近到期的证照", "No licence is near its end"),
    "licences.every": ("本站办件的证照（{count} 件）", "Licences of this station's cases ({count})"),
    "licences.none": ("还没有证照", "There is no licence yet"),
    "licences.number": ("证照编号", "Number"),
    "licences.kind": ("证照", "Licence"),
    "licences.holder": ("持证人", "Holder"),
    "licences.validity": ("有效期", "Valid"),
    "licences.state": ("状态", "State"),
    "licence.valid": ("{start:date} 至 {end:date}", "{start:date} to {end:date}"),
    "licence.valid-open": ("{start:date} 起长期有效", "From {start:date}, without an end"),
    "licence.window": ("可在 {start:date} 至 {end:date} 申请延续", "Renewal from {start:date} to {end:date}"),
    "licence.state.in-force": ("有效", "In force"),
    "licence.state.deemed": ("视为准予延续", "Renewed by law"),
    "licence.state.expired": ("已过期", "Run out"),
    "licence.state.renewed": ("已延续", "Renewed"),
    "licence.state.changed": ("已变更", "Changed"),
    "licence.state.replaced": ("已补发", "Replaced"),
    "licence.state.cancelled": ("已注销", "Cancelled"),
    "licence.state.revoked": ("已撤销", "Revoked"),
    "licence.state.returned": ("有误退回", "Returned for an error"),
    "licence.state.reopened": ("重新办理", "Case opened again"),
}
