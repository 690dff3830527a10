"""What runs inside Pyodide: the sandbox's half of the protocol."""
