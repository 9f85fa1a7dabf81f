"""The heart, pure: statuses, acts, RULES, and the case as the fold of its acts."""
