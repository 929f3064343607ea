"""What a painting is judged by: moments, content, nearest neighbours, variation, gamut, and the strength that weighs them. This file imports nothing."""
