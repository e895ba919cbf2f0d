"""Secrets in HashiCorp Vault."""

from makoto.adapters.stores.vault.secrets import VaultSecrets, folder_of
from makoto.adapters.stores.vault.session import VaultSession, open_session

__all__ = ["VaultSecrets", "VaultSession", "folder_of", "open_session"]
