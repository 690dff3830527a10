"""The loop in a script: httpx asks the model, a headless browser is the sandbox."""
