"""The words of a station's pages."""

from node.web.translations.bar import BAR
from node.web.translations.desk import DESK
from protocol.console.texts import merged

NODE = merged(BAR, DESK)
