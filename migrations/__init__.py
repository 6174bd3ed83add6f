"""The history of the schema, in SQL types; nothing here imports the application."""
