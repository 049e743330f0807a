"""The views of one event, each in a room of its own: lines, and places in them for a cursor."""
