"""What the hub's pages say, in Chinese and English side by side."""

from hub.web.words.acts import ACT_WORDS
from hub.web.words.cases import CASE_WORDS
from hub.web.words.demands import DEMAND_WORDS
from hub.web.words.gaps import GAP_WORDS
from hub.web.words.licences import LICENCE_WORDS
from hub.web.words.network import NETWORK_WORDS
from hub.web.words.people import PEOPLE_WORDS
from hub.web.words.publishing import PUBLISHING_WORDS
from hub.web.words.ratings import RATING_WORDS
from hub.web.words.rehearsals import REHEARSAL_WORDS
from hub.web.words.rules import RULE_WORDS
from hub.web.words.statistics import STATISTICS_WORDS
from hub.web.words.worklist import WORKLIST_WORDS
from protocol.console.texts import merged

HUB_WORDS = merged(
    ACT_WORDS,
    CASE_WORDS,
    DEMAND_WORDS,
    GAP_WORDS,
    LICENCE_WORDS,
    NETWORK_WORDS,
    PEOPLE_WORDS,
    PUBLISHING_WORDS,
    RATING_WORDS,
    REHEARSAL_WORDS,
    RULE_WORDS,
    WORKLIST_WORDS,
    STATISTICS_WORDS,
)
