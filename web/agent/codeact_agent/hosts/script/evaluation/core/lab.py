"""Sensors of two sites. What a sensor reports is raw and must be calibrated."""

from codeact_agent import tool

_SENSORS = {"north": ["n1", "n2", "n3"], "south": ["s1", "s2"]}
_RAW = {
    "n1": [210, 214, 220, 231, 229, 222],
    "n2": [198, 205, 212, 240, 238, 219],
    "n3": [305, 305, 305, 305, 305, 305],
    "s1": [251, 260, 274, 290, 283, 265],
    "s2": [244, 259, 281, 295, 280, 262],
}
_CALIBRATION = {"n1": (0.1, 0.0), "n2": (0.1, 0.4), "n3": (0.1, -9.0), "s1": (0.1, -1.5), "s2": (0.1, -0.5)}


def _known(sensor: str) -> str:
    if sensor not in _RAW:
        raise KeyError("there is no sensor " + repr(sensor))
    return sensor


@tool
def sensors(site: str) -> list[str]:
    """Names of the sensors of a site: north or south."""
    if site not in _SENSORS:
        raise ValueError("no site " + repr(site))
    return _SENSORS[site]


@tool
def raw_reading(sensor: str, hour: int) -> int:
    """What a sensor reported in hour 0 to 5, not calibrated."""
    if not 0 <= hour <= 5:
        raise ValueError("there are readings of the hours 0 to 5")
    return _RAW[_known(sensor)][hour]


@tool
def calibrate(sensor: str, raw: int) -> float:
    """Degrees Celsius for a raw reading of this sensor, rounded to 0.01."""
    factor, offset = _CALIBRATION[_known(sensor)]
    return round(raw * factor + offset, 2)
