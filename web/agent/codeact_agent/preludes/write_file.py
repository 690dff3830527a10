@tool
def write_file(path: str, text: str) -> str:
    """Write a text file to /output, where the person can take it; gives its path.

    Args:
        path: such as "report.md"
        text: the whole content
    """
    import os

    target = os.path.normpath(os.path.join("/output", path))
    if not target.startswith("/output/"):
        raise ValueError(f"files are written below /output, not to {path}")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)
    return target
