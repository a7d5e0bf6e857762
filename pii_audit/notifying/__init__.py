"""Reminders to units, by mail or chat: counts, rules and dates; never a value, never a name from data."""
