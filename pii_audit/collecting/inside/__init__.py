"""What stands in a collector and nowhere else: its command line, clients of databases, and stand-ins that need no package."""
