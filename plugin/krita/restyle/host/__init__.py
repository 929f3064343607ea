"""What touches Krita's own objects: layers, frames, selections, pixels, undo, and its thread."""
