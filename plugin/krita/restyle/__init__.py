"""The plug-in inside Krita: importing it registers the docker and the actions. Everything else is imported when it is first needed."""

from .registration import register

register()
