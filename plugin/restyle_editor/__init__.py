"""What both plug-ins and the command line share: recipes, presets, sentences, and painting in the background."""
