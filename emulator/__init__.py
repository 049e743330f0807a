"""The handset: an emulated OMA Data Synchronization device with its own nonce store."""

__version__ = "0.1.0"
