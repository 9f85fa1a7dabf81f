"""The addresses of cards, scanner and devices."""

from __future__ import annotations

from node.web import devices, devices_card, devices_scan, devices_tray, printing
from node.web.devices_panel import reader_addresses
from node.web.tools import DESK
from protocol.cases.rules import Role
from protocol.console.protect import ConsoleRoute, form, page


def device_routes() -> list[ConsoleRoute]:
    head = (Role.HEAD,)
    return [
        form("/drafts/{draft_id}/card", devices_card.read, to=DESK, name="card", connects=reader_addresses),
        form("/drafts/{draft_id}/unlock", devices_card.change, to=DESK, name="card.change", connects=reader_addresses),
        page("/scan", devices_scan.show, to=DESK, name="scan"),
        form("/scan", devices_scan.scan, to=DESK, name="scan.do"),
        page("/devices", devices.show, to=head, name="devices"),
        form("/devices/{device}/test", devices.test, to=head, name="devices.test"),
        form("/devices/{device}/page", printing.test_page, to=head, name="devices.page"),
        form("/printing/{job}/cancel", printing.cancel, to=head, name="print.cancel"),
        form("/devices/{device}/put", devices_tray.put, to=DESK, name="devices.put"),
        form("/devices/{device}/lift", devices_tray.lift, to=DESK, name="devices.lift"),
    ]
