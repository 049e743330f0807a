"""The screen: a projection of the events. Knows the vocabulary; decides nothing about the protocol."""
