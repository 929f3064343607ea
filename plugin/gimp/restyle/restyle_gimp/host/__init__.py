"""What touches GIMP's own objects: arguments, layers, pixels, undo, the session's way back to its main loop."""
