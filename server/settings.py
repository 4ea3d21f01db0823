"""The configuration: the only place that reads the environment."""
