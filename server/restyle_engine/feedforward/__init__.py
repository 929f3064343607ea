"""Looks: small networks that have learned one style each and paint in a blink (Johnson et al. 2016, Ulyanov et al. 2016, Texler et al. 2020). This file imports
nothing."""
