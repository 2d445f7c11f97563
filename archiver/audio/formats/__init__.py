"""What a file is: the kinds of file known here, recognised by their bytes and by PRONOM's signatures."""
