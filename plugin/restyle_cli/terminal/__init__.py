"""What a person sees and presses: lines, tables, progress, failures, Ctrl-C."""
