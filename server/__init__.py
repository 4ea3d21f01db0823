"""How it runs: command line, composition root, settings and the adapters."""
