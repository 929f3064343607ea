"""What the administrator sees: settings, folders, logs, and the one server that runs. This file imports nothing."""
