"""The words of a station's pages."""

from node.web.translations.asking import ASKING
from node.web.translations.attention import ATTENTION
from node.web.translations.bar import BAR
from node.web.translations.board import BOARD
from node.web.translations.calling import CALLING
from node.web.translations.capture import CAPTURE
from node.web.translations.case import CASE
from node.web.translations.deliver import DELIVER
from node.web.translations.demands import DEMANDS
from node.web.translations.desk import DESK
from node.web.translations.devices import DEVICES
from node.web.translations.exchange import EXCHANGE
from node.web.translations.form_machine import FORM_MACHINE
from node.web.translations.instant import INSTANT
from node.web.translations.intake import INTAKE
from node.web.translations.kiosk import KIOSK
from node.web.translations.law import LAW
from node.web.translations.licences import LICENCES
from node.web.translations.people import PEOPLE
from node.web.translations.printing import PRINTING
from node.web.translations.query import QUERY
from node.web.translations.ratings import RATINGS
from node.web.translations.room import ROOM
from node.web.translations.rules import RULES
from node.web.translations.ticket import TICKET
from protocol.console.texts import merged

NODE = merged(
    ASKING,
    ATTENTION,
    BAR,
    CALLING,
    BOARD,
    CAPTURE,
    CASE,
    DELIVER,
    DEMANDS,
    DESK,
    DEVICES,
    EXCHANGE,
    FORM_MACHINE,
    INSTANT,
    INTAKE,
    KIOSK,
    LAW,
    LICENCES,
    PEOPLE,
    QUERY,
    PRINTING,
    RATINGS,
    ROOM,
    RULES,
    TICKET,
)
