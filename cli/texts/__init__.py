"""Every sentence the command line says, in English and Japanese."""

from cli.settings import cli_settings
from cli.texts.commands import COMMANDS
from cli.texts.demo import DEMO
from cli.texts.demo_factory import DEMO_FACTORY
from cli.texts.doctor import DOCTOR
from cli.texts.factory import FACTORY
from cli.texts.failures import FAILURES
from cli.texts.options import OPTIONS
from cli.texts.sentences import SENTENCES

TEXTS = {**COMMANDS, **OPTIONS, **SENTENCES, **FAILURES, **DEMO, **DOCTOR, **FACTORY, **DEMO_FACTORY}


def text(key: str, **values: object) -> str:
    """A sentence in the user's language."""
    english, japanese = TEXTS[key]
    chosen = japanese if cli_settings().language == "ja" else english
    return chosen.format(**values)


def text_or(otherwise: str, key: str, **values: object) -> str:
    """The sentence where there is one."""
    return text(key, **values) if key in TEXTS else otherwise
