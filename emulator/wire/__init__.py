"""Bytes to values and back. Pure: no clock, no randomness, no sockets; knows nothing of sessions."""
