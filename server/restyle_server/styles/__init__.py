"""Styles: the library of pictures to paint after, and the code that painted those that come with Restyle."""
