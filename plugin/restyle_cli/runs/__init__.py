"""What a command does: one picture, a folder, drafts to choose from, a check of the installation; and the files it reads and writes."""
