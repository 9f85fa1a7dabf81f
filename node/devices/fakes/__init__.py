"""Devices that are not there, for tests and for a demo: strict where the real ones are."""
