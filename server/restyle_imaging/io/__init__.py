"""Picture files in and out: each kind of file, what it says beside its pixels, and its bytes. This file imports nothing."""
