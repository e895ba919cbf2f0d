"""What the operator may ask of a move, each field with the one rule that it must keep."""

from typing import Annotated

from pydantic import Field, StringConstraints

from makoto.domain import Value
from makoto.domain.clouds.places import Place

LONGEST_GRACE_HOURS = 720
LONGEST_PAUSE_S = 14_400

IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")]
MoveId = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]


class StartMove(Value):
    """Move a tenant to another cloud while it works.

    For `grace_hours` after the switch the source stays as it was, so that the tenant can be taken back to it. Writes
    never wait longer than `longest_pause_s` and what `pause_s` of the answer states; if the two sides are not found
    equal by then, the tenant goes on at the source.
    """

    cloud: Place
    grace_hours: int = Field(default=24, ge=0, le=LONGEST_GRACE_HOURS)
    longest_pause_s: int = Field(default=900, ge=10, le=LONGEST_PAUSE_S)
    remove_source: bool = False
