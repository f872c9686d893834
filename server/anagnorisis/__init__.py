"""Anagnorisis: one household's media server that learns what each person cares about."""
