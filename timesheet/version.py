"""The version of the app, as the configuration page and the change log name it."""

VERSION = "0.1.0"
