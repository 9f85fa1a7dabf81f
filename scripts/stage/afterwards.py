"""What comes after a case: its file in the archive, its licence that is taken back, and the law itself when it changes."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from protocol.cases.rules import Act, Status
from protocol.catalogue import reading
from protocol.clock import CHINA, WallClock
from protocol.documents.kinds import Kind
from protocol.exchange.topics import HUB
from stage.browser import NotThere, Page
from stage.check import WIRED, Stage
from stage.ends import SECONDARY, accepted
from stage.papers import Sheet
from stage.people import Filed
from stage.processes import ROOT

CHANGED = "F05"  # the item whose name is changed


def file_and_licence(stage: Stage) -> None:
    teller, officers = stage.teller, stage.officers
    clerk = stage.clerks["hexing"]
    teller.chapter("办结以后：归档、撤销", "Afterwards: the archive, a licence that is revoked")
    with teller.step("发证送达", "a licence is issued and handed over"):
        filed = accepted(stage, "hexing", SECONDARY)
        officers.decides(filed, Act.GRANT)
        stage.home(filed, Status.ISSUED)
        stage.paper(filed, Kind.LICENCE)
        stage.hands_over(filed, filed.answers[filed.item.fields[0].key])
        clerk.prints(filed, Kind.RECEIPT, Kind.PROOF)
    with teller.step(
        "归档：一件一包，只凭公钥即可核验；改动一个字节就通不过",
        "archived: one package a case, verified with the public key alone; with one byte changed it is not",
    ):
        package = stage.until("the case in the archive", partial(_archived, stage, filed))
        stage.home(filed, Status.ARCHIVED)
        file = stage.house.district.folder / "package.zip"
        _require_verified(stage, file, package, True)
        changed = bytearray(package)
        changed[len(changed) // 2] ^= 1
        _require_verified(stage, file, bytes(changed), False)
        file.unlink()
    with teller.step(
        "证照撤销：各站验真都说“真实，但已注销或者撤销”，不必联网问区中心",
        "the licence is revoked: every station says genuine, but cancelled, and asks nobody for it",
    ):
        officers.acts(filed, Act.REVOKE_LICENCE)
        if clerk.has_fonts:
            licence = clerk.document(filed, Kind.LICENCE)
            for name, other in stage.clerks.items():
                stage.until(
                    f"{name} knows that it was revoked",
                    lambda other=other: other.verifies(licence).says("真实，但已注销或者撤销"),  # type: ignore[misc]
                )
            stage.paper(filed, Kind.REVOCATION)


def _archived(stage: Stage, filed: Filed) -> bytes:
    """The package, once the archivist found the file complete and pressed the button."""
    archivist = stage.officers.as_("archivist")
    page = archivist.open(f"/cases/{filed.id}/archive")
    after = archivist.browser.send(page, page.form("seen"))
    return archivist.open(urljoin(after.url, after.link(href=f"/cases/{filed.id}/archive/"))).body


def _require_verified(stage: Stage, file: Path, package: bytes, good: bool) -> None:
    """As anybody would: the command, the file, the district's public key."""
    file.write_bytes(package)
    authority = stage.house.hub.settings.authority_pub
    command = [sys.executable, "-m", "hub.cli", "archive", "verify", str(file), "--authority", str(authority)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if (done.returncode == 0) is not good:
        raise NotThere(f"the package is {'not ' if good else ''}called genuine: {done.stdout} {done.stderr}")


def law_changed(stage: Stage) -> None:
    teller, officers = stage.teller, stage.officers
    teller.chapter("事项修改：两人签署批准，先试一站", "An item is changed: two persons, one station first")
    item = stage.items[CHANGED]
    with teller.step("修改前已收的件", "a case of before"):
        before = stage.files(WIRED, CHANGED)
        stage.delivered(before)
    with teller.step(
        "编辑起草、签署；另一人批准，先到一个服务站",
        "the editor drafts and signs, another person approves; one station has it first",
    ):
        draft = _drafted(stage)
        one = _pressed(stage, "editor", draft, "sign")
        if not one.says("待批准"):
            raise NotThere(f"the draft is not signed: {one.text[:400]}")
        _pressed(stage, "publisher", draft, "approve", canary=WIRED)
        stage.until(
            f"{WIRED} goes by it", lambda: stage.clerks[WIRED].finds(_new_name(stage), item).says(_new_name(stage))
        )
        if stage.clerks["hexing"].open("/items?q=" + CHANGED).says(_new_name(stage)):
            raise NotThere("a station has it whose turn it was not")
    with teller.step("再发全部站点；旧件仍按旧版办理", "then all of them; the case of before stays on its version"):
        # that it goes by it, a station says with its next report, within a minute; who does not wait says why
        _pressed(stage, "publisher", draft, "all", reason="已到先行站点当面核对")
        for name, clerk in stage.clerks.items():
            stage.until(f"{name} goes by it", lambda clerk=clerk: clerk.finds(_new_name(stage), item))  # type: ignore[misc]
        if not officers.open(f"/cases/{before.id}").says(f"{CHANGED} v{item.version}"):
            raise NotThere("the case of before has changed its version")
        officers.acts(before, Act.ACCEPT)
        officers.decides(before, Act.GRANT)
        stage.home(before, Status.ISSUED)


def _new_name(stage: Stage) -> str:
    return f"{stage.items[CHANGED].name}（新版）"


def _drafted(stage: Stage) -> str:
    """The address of a draft that holds the item's next version."""
    editor, item = stage.officers.as_("editor"), stage.items[CHANGED]
    page = editor.open("/publications")
    draft = editor.browser.send(page, page.form("note", action="/publications"), {"note": "名称调整"})
    text = (Path(reading.__file__).parent / "items" / f"{CHANGED}.v{item.version}.yaml").read_text("utf-8")
    today = WallClock().now().astimezone(CHINA).date()
    text = text.replace(f"name: {item.name}\n", f"name: {_new_name(stage)}\n", 1)
    text = re.sub(r"^version: \d+$", f"version: {item.version + 1}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^in_force_from: .*$", f"in_force_from: {today}", text, count=1, flags=re.MULTILINE)
    sheet = Sheet(f"{CHANGED}.v{item.version + 1}.yaml", "application/yaml", text.encode())
    after = editor.browser.send(draft, draft.form("items"), files={"items": [sheet]})
    if not after.says(_new_name(stage)):
        raise NotThere(f"the item is not in the draft: {after.status} {after.text[:600]}")
    return after.url


def _pressed(stage: Stage, account: str, draft: str, step: str, **typed: str) -> Page:
    """One step of the draft, with the person's own pass phrase where it is asked for."""
    who, secret = stage.officers.as_(account), stage.house.passwords[HUB][account]
    page = who.open(draft)
    form = page.form(action=f"{urlsplit(draft).path}/{step}")
    if "phrase" in form.names:
        typed["phrase"] = secret
    after = who.browser.send(page, form, typed)
    if after.status != 200:
        raise NotThere(f"{step} was not done: {after.status} {after.text[:400]}")
    return after


CHAPTERS = (file_and_licence, law_changed)
