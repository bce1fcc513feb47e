"""What scripts/bench runs: a town of posts, a floor to compare with, and the figures the site has to hold."""
