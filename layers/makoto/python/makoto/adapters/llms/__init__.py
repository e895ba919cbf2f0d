"""Providers of language models; a provider is a file here, and says with a tenant's key which models it offers."""
