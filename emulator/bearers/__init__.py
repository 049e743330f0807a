"""The ways octets come and go: HTTP to the server, UDP, files and standard input for notifications."""
