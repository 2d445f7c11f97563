"""Signatures of tag manifests: made by ssh-keygen, read and judged here; private keys are never opened."""
