@tool
def read_file(path: str) -> str:
    """The text of a file below /data or /output; for bytes use open(path, "rb").

    Args:
        path: such as "/data/rain.csv"; without a folder, in /output, else in /data
    """
    import os

    candidates = [path] if path.startswith("/") else [f"/output/{path}", f"/data/{path}"]
    for each in candidates:
        if os.path.isfile(each):
            with open(each, encoding="utf-8") as file:
                return file.read()
    there = [
        os.path.join(at, name) for top in ("/data", "/output") for at, _, names in os.walk(top) for name in names
    ]
    raise FileNotFoundError(f"there is no file {path}; there are: {', '.join(sorted(there)[:20]) or 'none'}")
