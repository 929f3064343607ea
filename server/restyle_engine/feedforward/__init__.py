"""Owns looks: small feed-forward networks that have learned one manner of painting."""
