"""What every store of secrets promises."""

from makoto.conformance.expectation import Check, expect, refusal
from makoto.conformance.scratch import Scratch
from makoto.ports.secrets import SecretNotFound

VALUE = "p@ss まこと \"'\\ \u2028"


def a_secret_is_read_back_as_it_was_put(scratch: Scratch) -> None:
    name = scratch.secret("read-back")
    scratch.secrets.put(name, VALUE)
    expect(scratch.secrets.read_through(name).reveal() == VALUE, True)


def an_absent_secret_is_not_found(scratch: Scratch) -> None:
    with refusal(SecretNotFound):
        scratch.secrets.get(scratch.secret("absent"))


def a_new_value_replaces_the_old(scratch: Scratch) -> None:
    name = scratch.secret("replaced")
    scratch.secrets.put(name, "old")
    scratch.secrets.put(name, "new")
    expect(scratch.secrets.read_through(name).reveal() == "new", True)


def a_long_value_is_kept(scratch: Scratch) -> None:
    name, value = scratch.secret("long"), "あ" * 8000
    scratch.secrets.put(name, value)
    expect(scratch.secrets.read_through(name).reveal() == value, True)


def what_is_made_once_keeps_its_first_value(scratch: Scratch) -> None:
    name = scratch.secret("once")
    first = scratch.secrets.get_or_create(name, lambda: "first")
    scratch.secrets.forget(name)
    expect(scratch.secrets.get_or_create(name, lambda: "second") == first, True)


def a_deleted_secret_is_not_found(scratch: Scratch) -> None:
    name = scratch.secret("deleted")
    scratch.secrets.put(name, VALUE)
    scratch.secrets.delete(name)
    scratch.secrets.delete(name)
    with refusal(SecretNotFound):
        scratch.secrets.get(name)


SECRETS: tuple[Check, ...] = (
    a_secret_is_read_back_as_it_was_put,
    an_absent_secret_is_not_found,
    a_new_value_replaces_the_old,
    a_long_value_is_kept,
    what_is_made_once_keeps_its_first_value,
    a_deleted_secret_is_not_found,
)
