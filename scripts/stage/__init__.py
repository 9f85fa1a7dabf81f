"""What `scripts/demo` is made of: a district in a folder, its processes, and a clerk's browser in plain HTTP."""
