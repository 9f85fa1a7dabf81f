"""The hall: who waits, who is called next and why; a pure engine over the day's events, and its use cases."""
