"""One JSON Schema an event and one for the envelope, from the classes."""

from pathlib import Path

from makoto.events import Envelope
from makoto.events.catalogue import CATALOGUE
from tools.generated import arguments, deliver


def schemas(folder: Path) -> dict[Path, object]:
    """The schema of each event as `<detail-type>.schema.json`."""
    events = {folder / f"{name}.schema.json": event.model_json_schema() for name, event in CATALOGUE.items()}
    return {**events, folder / "envelope.schema.json": Envelope.model_json_schema()}


if __name__ == "__main__":
    check, folder = arguments()
    deliver(schemas(folder), check=check)
