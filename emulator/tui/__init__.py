"""The screen: a projection of the events. Knows the vocabulary; decides nothing about the protocol."""

import os

# Textual paints at most so often, and only what has changed. At its 60 a key that comes right behind a
# picture waits 16 ms; here 2.
os.environ.setdefault("TEXTUAL_FPS", "500")
