"""What the plug-ins of GIMP and Krita, scripts and the command line share on top of the client: recipes, presets, sentences, and painting in the background."""
