"""The key set of the memory cloud's identity provider."""

from makoto.adapters.clouds.memory.signing import TokenSigner, process_signer
from makoto.ports.signing_keys import Jwk
from makoto.settings import RuntimeSettings


class MemorySigningKeys:
    """Serves the public keys of these signers and counts how often it was asked."""

    def __init__(self, *signers: TokenSigner) -> None:
        self.signers = list(signers)
        self.fetches = 0

    def fetch(self) -> list[Jwk]:
        self.fetches += 1
        return [signer.jwk() for signer in self.signers]


def connect(settings: RuntimeSettings) -> MemorySigningKeys:
    return MemorySigningKeys(process_signer())
