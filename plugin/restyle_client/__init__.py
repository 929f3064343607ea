"""The Restyle client: pure Python, for editors and scripts."""
