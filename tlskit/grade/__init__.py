"""Mark a class's submissions: `python -m tlskit.grade SUBMISSIONS --assignment NAME --out DIR`."""
