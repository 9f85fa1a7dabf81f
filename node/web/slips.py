"""A slip for whoever stands at a machine of the room: printed, or not, and then the desk is told.

What stands on a slip stands on the screen too; a printer that does not print takes nothing away.
"""

from __future__ import annotations

import logging
from datetime import datetime

from starlette.requests import Request

from node.devices import Kind
from node.devices.slip_picture import Slip
from node.machines import MachineKind
from node.web.tools import house
from protocol import attention
from protocol.clock import stamp
from protocol.console import session
from protocol.console.texts import Lang
from protocol.errors import Unreachable

log = logging.getLogger(__name__)


def printer_of(request: Request, kind: MachineKind) -> str:
    """The machine's own, whose name begins with the machine's kind; else the first that is not another machine's.

    Empty: there is none.
    """
    names = [one.name for one in house(request).devices.states() if one.kind is Kind.SLIP_PRINTER]
    common = [name for name in names if not name.startswith(tuple(MachineKind))]
    return next((name for name in names if name.startswith(kind)), common[0] if common else "")


def print_slip(request: Request, printer: str, slip: Slip, about: str, at: datetime) -> str:
    """taken, failed, or empty where there is no printer. Outside of any unit of work: a printer takes seconds.

    `about` is for the log and names nobody.
    """
    here = house(request)
    if not printer:
        return ""
    try:
        here.devices.print_slip(printer, slip, at)
    except Unreachable as why:
        log.warning("a slip was not printed printer=%s about=%s %s", printer, about, why.code)
        with here.store.write() as tx:
            attention.put(tx, "slip-printer", printer, at=stamp(at), detail={"why": why.params.get("why", "")})
        return "failed"
    with here.store.read() as db:
        open_before = any(one.kind == "slip-printer" for one in attention.open_notices(db))
    if open_before:
        with here.store.write() as tx:
            attention.settle(tx, "slip-printer", printer, by="", at=stamp(at), note="")
    return "taken"


def place_name(request: Request) -> str:
    """This station, as the reader reads it."""
    name = house(request).settings.name
    return name.zh if session.lang(request) is Lang.ZH or not name.en else name.en
