"""What stands in a bag beside its signatures, so that a stranger can check them with ssh-keygen alone."""

from __future__ import annotations

from archiver.signing.sshsig import NAMESPACE

README = f"""\
The signatures of this bag
==========================

The files here are signatures of the bag's tag manifests, tagmanifest-*.txt. A
tag manifest has the checksums of all other tag files, the manifests among
them, and these have the checksums of all files in data/. So who signs a tag
manifest signs everything. The signatures themselves, and this text, stand in
no manifest: they came after it.

To check one you need no program but those of your system. Give these commands
in the folder of the bag (the one with bagit.txt in it), with the names of the
files as you find them:

1. Is the tag manifest what was signed? WHO is the first word of the signer's
   line in signatures/signers.txt.

     ssh-keygen -Y verify -f signatures/signers.txt -I WHO -n {NAMESPACE} \\
       -s signatures/tagmanifest-sha512.txt.NAME.sig < tagmanifest-sha512.txt

   It says "Good signature" and shows the fingerprint of the key.

2. Is the bag what the tag manifest says? No line may end in FAILED.

     sed 's/%25/%/g' tagmanifest-sha512.txt | sha512sum -c -
     sed 's/%25/%/g' manifest-sha512.txt | sha512sum -c -

   In the manifests %25 stands for a %; %0D and %0A stand for line breaks in
   names, which hardly any has.

3. Whose key is it? Anyone can write a name into signers.txt. Compare the
   fingerprint with one that you have from the signer by another way, or use a
   list of signers of your own in its place.

Signatures of other kinds were laid here by their owners:

  .minisig  minisign -V -m tagmanifest-ALG.txt -x FILE -P KEY
  .asc .gpg gpg --verify FILE tagmanifest-ALG.txt
  .p7s      openssl cms -verify -binary -content tagmanifest-ALG.txt \\
              -inform PEM -in FILE -purpose any -CAfile CERTIFICATES
  .tsr      openssl ts -verify -data tagmanifest-ALG.txt -in FILE \\
              -CAfile CERTIFICATES
  .ots      ots verify -f tagmanifest-ALG.txt FILE

A folder before-N has signatures that were set aside because the tag files were
changed on purpose later, with the tag manifests that they are of.
"""
"""It says nothing that differs from bag to bag."""
