"""The other end: a DS server with its own nonces, accounts and digest code. Knows the wire only."""
