"""A station: takes cases in, keeps them through anything, and hands results over."""
