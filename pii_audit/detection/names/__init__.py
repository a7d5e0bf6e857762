"""Personal names and postal addresses in running text; nothing is loaded before it is asked for."""
