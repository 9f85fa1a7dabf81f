"""The agency's people at their screens: an act is done by whoever's role opens it, each in a session of his own.

Nobody here has two roles, as the rules want it; what an act asks is filled in as an ordinary day would have it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode, urljoin

from protocol.cases.rules import Act, Role, Status, rule_for
from stage.browser import NotThere, Page
from stage.people import Filed, Person, Seen, seen_on

REVIEWED_BY, SUED_AT = "新都区人民政府", "新都区人民法院"  # public bodies: where a denial can be contested
# account -> role; whoever countersigns a survey is the second surveyor
SECOND_SURVEYOR = "surveyor2"

# what is typed unless a story types something else; a field that a form does not have is left out
_TYPED: Mapping[Act, Mapping[str, str]] = {
    Act.REFUSE_ACCEPTANCE: {"reason": "申请事项不属于本机关职权范围", "competent": "所在地人民政府"},
    Act.DECLARE_NOT_REQUIRED: {"reason": "该活动依法不需要取得行政许可"},
    Act.CLOSE_LATE: {"reason": "告知后逾期未补齐，申请人也未说明理由"},
    Act.ORDER_SURVEY: {"reason": "场所布局与图纸一致\n消防通道畅通"},
    Act.RECORD_SURVEY: {
        "place": "申请场所", "result:0": "pass", "result:1": "pass", "remark:1": "宽 1.4 米", "passed": "yes",
        "reason": "与图纸一致",
    },
    Act.PAUSE: {
        "reason": "申请涉及他人重大利益关系，依法听证", "stop": "hearing", "expected": "约 10 个工作日", "chair": "leader",
    },
    Act.RESUME: {"reason": "听证已结束，笔录附卷"},
    Act.EXTEND: {"reason": "案情复杂，需补充核实"},
    Act.REVIEW: {"reason": "材料齐全，内容真实，符合条件", "proposal": "grant"},
    Act.SEND_BACK: {"reason": "面积与图纸不一致，请再核对"},
    Act.GRANT: {"reason": "符合法定条件、标准"},
    Act.DENY: {"reason": "经营场所与布局图不符，不符合法定条件"},
    Act.DECLINE_WITHDRAWAL: {"reason": "结果已经制作"},
    Act.REOPEN: {"reason": "证照上的地址有误，更正后重新制作"},
    Act.REVOKE_LICENCE: {"reason": "以虚假材料取得，依法撤销"},
    Act.CANCEL_LICENCE: {"reason": "持证人申请注销"},
}  # fmt: skip


class Officers:
    """`roles` says who there is at the hub: account -> role."""

    def __init__(self, url: str, roles: Mapping[str, Role], passwords: Mapping[str, str]) -> None:
        self._roles = roles
        self._people = {account: Person(url, account, passwords[account]) for account in roles}

    def as_(self, account: str) -> Person:
        return self._people[account]

    def everybody_signs_in(self) -> None:
        for person in self._people.values():
            person.sign_in()

    # -- looking

    @property
    def _reader(self) -> Person:
        """Sees every case, and moves few."""
        return self.as_("leader")

    def open(self, path: str) -> Page:
        return self._reader.open(path)

    def has(self, filed: Filed) -> bool:
        return self._reader.has(filed)

    def sees(self, filed: Filed) -> Seen:
        page = self.open(f"/cases/{filed.id}")
        return seen_on(page.chips, page.text)

    def all_cases(self) -> list[tuple[str, Seen]]:
        return self._reader.every_case("/cases")

    def finds(self, filed: Filed, account: str) -> Page:
        """The case, opened from that person's worklist."""
        who = self.as_(account)
        page = who.open("/worklist?" + urlencode({"q": filed.number, "station": filed.station}))
        row = page.row(filed.number)
        return who.open(urljoin(page.url, next(link.href for link in row.links if filed.id in link.href)))

    def opens_papers(self, filed: Filed) -> set[str]:
        """Digests of all papers that the case's page leads to, each opened and found to be its digest."""
        page = self.open(f"/cases/{filed.id}")
        return {self._digest_of(page, href) for href in _hrefs(page, f"/cases/{filed.id}/papers/")}

    def documents(self, filed: Filed) -> dict[str, bytes]:
        """Every document that was made of the case: digest -> bytes."""
        page = self.open(f"/cases/{filed.id}")
        found = {}
        for href in _hrefs(page, f"/cases/{filed.id}/documents/"):
            found[self._digest_of(page, href)] = self.open(urljoin(page.url, href)).body
        return found

    def _digest_of(self, page: Page, href: str) -> str:
        digest = hashlib.sha256(self.open(urljoin(page.url, href)).body).hexdigest()
        if digest not in href:
            raise NotThere(f"{href} shows other bytes")
        return digest

    # -- acting

    def who(self, status: Status, act: Act) -> Person:
        """:raises NotThere: nobody's role opens it"""
        if act is Act.COUNTERSIGN_SURVEY:
            return self.as_(SECOND_SURVEYOR)
        rule = rule_for(status, act)
        for account, role in self._roles.items():
            if rule is not None and role in rule.roles:
                return self.as_(account)
        raise NotThere(f"nobody can do {act} in {status}")

    def acts(self, filed: Filed, act: Act, **typed: str) -> Page:
        """Whoever may do it opens the form, fills it, confirms what it shows once more."""
        who = self.who(self.sees(filed).status, act)
        page = who.open(f"/cases/{filed.id}/do/{act}")
        form = page.form("seen")
        usual = {"reconsideration_body": REVIEWED_BY, "court": SUED_AT, **_TYPED.get(act, {})}
        filled = {name: text for name, text in usual.items() if name in form.names} | typed
        after = who.browser.send(page, form, filled)
        if after.has_form("confirm"):
            after = who.browser.send(after, after.form("confirm"), press=("confirm", "yes"))
        if after.status != 200 or f"/do/{act}" in after.url:
            raise NotThere(f"{act} was not done: {after.status} {after.text[:600]}")
        return after

    def asks_correction(self, filed: Filed, about: str, wrong: str) -> Page:
        return self.acts(filed, Act.ASK_CORRECTION, **{f"wrong:{about}": wrong})

    def surveys(self, filed: Filed) -> None:
        """Ordered by the reviewer, at the place two surveyors, both of whom sign."""
        for act in (Act.ORDER_SURVEY, Act.RECORD_SURVEY, Act.COUNTERSIGN_SURVEY):
            self.acts(filed, act)

    def decides(self, filed: Filed, act: Act, **typed: str) -> None:
        """Three people: the reviewer proposes, the approver decides, the issuer sends the result to the desk."""
        if self.sees(filed).status is Status.ACCEPTED:
            self.acts(filed, Act.REVIEW, proposal="deny" if act is Act.DENY else "grant")
        self.acts(filed, act, **typed)
        self.acts(filed, Act.ISSUE)


def _hrefs(page: Page, within: str) -> list[str]:
    return list(dict.fromkeys(link.href for link in page.links if within in link.href))
