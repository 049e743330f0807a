"""What each verb of the command line does. `cli.py` declares them and imports one when it runs."""
