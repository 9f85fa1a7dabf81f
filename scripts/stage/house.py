"""The hub and its stations as one thing that is started, watched and stopped."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable

from provisioning.district import District
from stage import district, room
from stage.powers import give_powers
from stage.processes import Party, await_ready, stop_all
from stage.telling import Teller

LOOK_S = 0.5
AGAIN_S = 3.0  # a process that died is started again after so long, as systemd would


class House:
    def __init__(self, made: District) -> None:
        self.district = made
        self.passwords = district.passwords(made.folder)
        logs = made.folder / "logs"
        made.stations[room.ROOM] = room.furnish(made.stations[room.ROOM])
        self.hub = Party(made.hub, logs / "hub.log")
        self.stations = {name: Party(own, logs / f"{name}.log") for name, own in made.stations.items()}

    def parties(self) -> list[Party]:
        return [self.hub, *self.stations.values()]

    def furnish(self) -> None:
        """Accounts open, and the hub has its seal and its publishers. Nobody is at work."""
        for party in self.parties():
            district.open_accounts(party.settings, self.passwords[party.name])
        room.keep_open(self.stations[room.ROOM].settings)
        give_powers(self.district, self.passwords)

    def start(self, teller: Teller) -> None:
        """
        :raises NotStarted: one of them did not come up; those that did run on until stop()
        """
        self.furnish()
        for party in self.parties():
            party.launch()
        for party in self.parties():  # they come up side by side
            await_ready([party])
            teller.say(f"{party.settings.name.zh} 已启动", f"{party.settings.name.en} is up: {party.url}/")

    def stop(self) -> None:
        """Stations first: what they still send finds the hub at work."""
        stop_all(self.stations.values())
        stop_all([self.hub])

    def watch(self, teller: Teller) -> None:
        """Until Ctrl-C. Who dies is started again; `off` and `on` from the terminal end and start the hub."""
        died: dict[str, float] = {}
        wanted = {party.name for party in self.parties()}
        while True:
            self._listen(teller, wanted)
            for party in self.parties():
                if party.runs or party.name not in wanted:
                    died.pop(party.name, None)
                elif party.name not in died:
                    died[party.name] = time.monotonic()
                    teller.say(
                        f"{party.settings.name.zh} 进程没了，即将重启", f"{party.name} is gone; it is started again"
                    )
                elif time.monotonic() - died[party.name] > AGAIN_S:
                    del died[party.name]
                    self._bring_up(teller, party)

    def _listen(self, teller: Teller, wanted: set[str]) -> None:
        """One line from the terminal, or LOOK_S of silence."""
        commands: dict[str, Callable[[], None]] = {
            "off": lambda: self._off(teller, wanted),
            "on": lambda: self._on(teller, wanted),
        }
        if not sys.stdin.isatty():
            time.sleep(LOOK_S)
        elif select.select([sys.stdin], [], [], LOOK_S)[0]:
            said = sys.stdin.readline().strip().lower()
            if said in commands:
                commands[said]()
            elif said:
                teller.say("可输入 off、on，或按 Ctrl-C", "off, on, or Ctrl-C")

    def _off(self, teller: Teller, wanted: set[str]) -> None:
        wanted.discard(self.hub.name)
        self.hub.kill()
        teller.say("区中心和消息服务已断电", "hub and broker are off, without warning")

    def _on(self, teller: Teller, wanted: set[str]) -> None:
        wanted.add(self.hub.name)
        if not self.hub.runs:
            self._bring_up(teller, self.hub)

    def _bring_up(self, teller: Teller, party: Party) -> None:
        party.start()
        pid = party.process.pid if party.process else 0
        teller.say(f"{party.settings.name.zh} 已恢复，进程 {pid}", f"{party.settings.name.en} is back as process {pid}")
