"""Reports, measures against posts and accounts, and the record of both."""
