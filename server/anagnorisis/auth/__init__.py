"""Who may come in: people, devices, one-time codes, sessions; and how often a wrong code may be tried."""
