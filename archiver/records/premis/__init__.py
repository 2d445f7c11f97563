"""``metadata/premis.xml``: the package in the words of PREMIS 3."""
