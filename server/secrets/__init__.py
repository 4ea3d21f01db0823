"""The secret scanner: its rules and engine, and the places that it reads."""
