"""The pages of a station: each module one page or two, with the dataclass that lists what it shows."""
