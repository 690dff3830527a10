"""The thin server: relays LLM calls, serves static files, bundles them; and the command line."""
