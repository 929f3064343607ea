"""The plug-in inside GIMP. Nothing is imported before it is needed: GIMP starts every plug-in once only to ask for its name."""
