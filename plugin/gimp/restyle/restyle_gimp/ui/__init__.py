"""The windows: dialog, gallery, controls, progress."""
