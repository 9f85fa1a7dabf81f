"""What the two ends of the district must have in common: what is said, how it is sealed, kept, carried and shown."""
