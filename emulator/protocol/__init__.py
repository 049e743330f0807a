"""What the rules say, without input or output. Imports `wire` only."""
