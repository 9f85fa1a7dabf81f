"""The words of the rules that are to be read here."""

from protocol.console.texts import Texts

RULES: Texts = {
    "nav.rules": ("制度", "Rules"),
    "rules.lead": (
        "内控制度约束工作人员。请逐项阅读并确认；断网时也可以确认，恢复后自动上报。",
        "Internal-control rules bind the staff. Read each one and confirm; without a wire too, it is sent when it can be.",
    ),
    "rules.unread": ("还有 {count} 项未读", "{count:rule|rules} not read yet"),
    "rules.all-read": ("已全部阅读", "You have read all of them"),
    "rules.code": ("编号", "Code"),
    "rules.title": ("名称", "Title"),
    "rules.class": ("类别", "Class"),
    "rules.read": ("阅读情况", "Read"),
    "rules.not-read": ("未读", "Not yet"),
    "rules.none": ("没有需要阅读的制度", "There is no rule to read"),
    "rules.class-work": ("内部工作", "Internal work"),
    "rules.class-party": ("党建", "Party branch"),
    "rules.class-integrity": ("党风廉政", "Integrity"),
    "rules.class-approval": ("审批业务", "Approval business"),
    "rule.in-force": ("施行", "In force"),
    "rule.from": ("{day:date}起", "from {day:date}"),
    "rule.links": ("适用环节", "Links"),
    "rule.risk": ("风险点", "Risk"),
    "rule.measure": ("防控措施", "Measure"),
    "rule.confirm": ("我已阅读并理解", "I have read and understood this"),
    "rule.read-at": ("您已于 {at} 确认阅读", "You confirmed this {at}"),
    "rule.confirmed": ("已记下您的阅读确认", "Your confirmation is written down"),
}
