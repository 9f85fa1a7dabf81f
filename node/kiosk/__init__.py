"""The kiosk: what one citizen does at a machine with nobody beside him, from the first touch until he has gone.

Whoever stands there is known by the card that he put on the reader, by a receipt code, or not at all; what he may see
follows from that and from nothing else. Everything of him that is not part of an application ends with his session,
whether he leaves, walks off, or the power goes. No page is known here.
"""
