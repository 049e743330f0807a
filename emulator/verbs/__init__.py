"""What each verb of the command line does. `cli.py` and `*_verbs.py` declare them and import one when it runs."""
