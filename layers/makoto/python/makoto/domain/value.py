"""The base of every typed value."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value; an unknown field is an error, so a misspelt name never passes silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")
