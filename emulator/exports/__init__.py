"""Ways to write down what happened, for people and for programs. Reads events; draws no screen."""
