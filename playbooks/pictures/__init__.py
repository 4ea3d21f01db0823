"""What is drawn: one module for each picture, pure functions from plain data to a specification."""
