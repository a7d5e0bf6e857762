"""Who is compared: ourselves and peers, each run in a process of its own."""
