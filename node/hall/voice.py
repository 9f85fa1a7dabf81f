"""What the hall's loudspeaker says when a number is called: clips joined into one sound, Chinese and then English.

Clips are small files that lie beside the code; a file of the same name in the station's own folder `voice/` replaces
one, so a station can be spoken for by a recorded voice or in its dialect. Only a letter, digits and a counter can be
said here: a name cannot, whatever is asked.
"""

from __future__ import annotations

import io
import logging
import wave
from collections.abc import Iterator
from pathlib import Path

from protocol.errors import Refused

log = logging.getLogger(__name__)

RATE_HZ = 16_000  # one channel, 16 bits a sample
LETTERS = "abcdefghjkl"
CLIPS: tuple[str, ...] = (
    "chime",
    *(f"zh/{name}" for name in ("please", "number", "to", "counter", *LETTERS, *"0123456789", "ten")),
    *(f"en/{name}" for name in ("number", "counter", *LETTERS, *map(str, range(20)), "20", "30", "40")),
)
BUILT_IN = Path(__file__).parent.parent / "voice"
BETWEEN_S, BREATH_S, LANGUAGES_S = 0.06, 0.22, 0.5  # silences: words, after the number, the two languages


def in_chinese(ticket: str, counter: int) -> list[str]:
    """请 A 零三二号，到三号窗口: digits of the number apart, the counter as people count."""
    tens, ones = divmod(counter, 10)
    counted = [str(tens)] * (tens > 1) + ["ten"] * (tens > 0) + [str(ones)] * (ones > 0 or tens == 0)
    return [f"zh/{name}" for name in ("please", *_spelt(ticket), "number", "to", *counted, "counter")]


def in_english(ticket: str, counter: int) -> list[str]:
    tens, ones = divmod(counter, 10)
    counted = [str(counter)] if counter < 20 else [str(tens * 10), *([str(ones)] if ones else [])]
    return [f"en/{name}" for name in ("number", *_spelt(ticket), "counter", *counted)]


def _spelt(ticket: str) -> Iterator[str]:
    """:raises Refused: ticket-unknown: something that is no number of a ticket"""
    said = ticket.lower()
    if not said or not set(said) <= {*LETTERS, *"0123456789"}:
        raise Refused("refused.ticket-unknown", ticket=ticket[:8])
    yield from said


class Voice:
    """The clips of one station, read once."""

    def __init__(self, own: Path) -> None:
        """`own` may be missing. A file in it that cannot be joined is left out and named in `unusable`."""
        self._clips = {name: _samples(BUILT_IN / f"{name}.wav") for name in CLIPS}
        self.recorded: list[str] = []
        self.unusable: list[str] = []
        for name in CLIPS:
            path = own / f"{name}.wav"
            if not path.is_file():
                continue
            try:
                self._clips[name] = _samples(path)
                self.recorded.append(name)
            except (wave.Error, EOFError, ValueError, OSError) as why:
                log.warning("recorded clip left out name=%s why=%s", name, why)
                self.unusable.append(name)

    def call(self, ticket: str, counter: int) -> bytes:
        """A WAV file of some six seconds.

        :raises Refused: ticket-unknown
        """
        spoken = [*self._joined(["chime"]), _silence(BREATH_S), *self._joined(in_chinese(ticket, counter))]
        spoken += [_silence(LANGUAGES_S), *self._joined(in_english(ticket, counter))]
        sound = io.BytesIO()
        with wave.open(sound, "wb") as made:
            made.setnchannels(1)
            made.setsampwidth(2)
            made.setframerate(RATE_HZ)
            made.writeframes(b"".join(spoken))
        return sound.getvalue()

    def _joined(self, names: list[str]) -> Iterator[bytes]:
        for name in names:
            yield self._clips[name]
            yield _silence(BREATH_S if name == "zh/number" else BETWEEN_S)


def length_s(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound), "rb") as read:
        return read.getnframes() / read.getframerate()


def _silence(seconds: float) -> bytes:
    return b"\0\0" * int(RATE_HZ * seconds)


def _samples(path: Path) -> bytes:
    """:raises ValueError: recorded in another way than the other clips"""
    with wave.open(str(path), "rb") as read:
        if (read.getnchannels(), read.getsampwidth(), read.getframerate()) != (1, 2, RATE_HZ):
            raise ValueError(f"one channel, 16 bits, {RATE_HZ} Hz wanted")
        return read.readframes(read.getnframes())
