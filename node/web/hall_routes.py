"""Every address of the hall: the calling panel of the desk, the head's page of it, and the screens on the walls."""

from __future__ import annotations

from node.machines import MachineKind
from node.web import hall, queue, queue_acts, screen, strip, why
from node.web.room import machine_page
from node.web.tools import DESK
from protocol.cases.rules import Role
from protocol.console.protect import ConsoleRoute, form, page

HEAD = (Role.HEAD,)


def hall_routes() -> list[ConsoleRoute]:
    return [
        page("/desk/queue", queue.show, to=DESK, name="queue"),
        page("/desk/queue/why", why.show, to=DESK, name="queue.why"),
        form("/desk/queue/press/{act}", queue_acts.press, to=DESK, name="queue.press"),
        *(
            form(f"/desk/queue/{what}", do, to=DESK, name=f"queue.{what}")
            for what, do in (
                ("open", queue_acts.open_seat),
                ("support", queue_acts.support),
                ("pause", queue_acts.pause),
                ("hold", queue_acts.hold),
                ("back", queue_acts.back),
                ("transfer", queue_acts.transfer),
                ("restore", queue_acts.restore),
                ("void", queue_acts.void),
                ("call", queue_acts.call_this),
            )
        ),
        page("/desk/strip", strip.show, to=DESK, name="strip"),
        form("/desk/strip/{act}", strip.press, to=DESK, name="strip.press"),
        page("/hall", hall.show, to=HEAD, name="hall"),
        page("/hall/sentence", hall.sentence, to=HEAD, name="hall.sentence"),
        form("/hall/rules", hall.set_rules, to=HEAD, name="hall.rules"),
        form("/hall/names", hall.set_names, to=HEAD, name="hall.names"),
        form("/hall/counters/{counter:int}/close", hall.close_counter, to=HEAD, name="hall.close"),
        page("/hall/end", hall.ask_end, to=HEAD, name="hall.end"),
        form("/hall/end", hall.end, to=HEAD, name="hall.end.do"),
        page("/hall/replay", hall.replay, to=HEAD, name="hall.replay"),
        machine_page("/screen", screen.show, at=MachineKind.SCREEN, name="screen"),
        machine_page("/screen/events", screen.events, at=MachineKind.SCREEN, name="screen.events"),
        machine_page("/screen/voice/{number:int}.wav", screen.voice, at=MachineKind.SCREEN, name="screen.voice"),
        machine_page(
            "/screen/{counter:int}", screen.show_counter, at=MachineKind.COUNTER_SCREEN, name="screen.counter"
        ),
    ]
