"""Scripted scenarios: given a start state, when this happens, expect that; played on a table and judged."""
