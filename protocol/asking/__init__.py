"""Questions in people's own words, answered by items of the catalogue and by nothing else."""
