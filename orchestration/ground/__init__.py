"""What all else stands on: SQL files, the database, contracts, calendar, clock, settings."""
