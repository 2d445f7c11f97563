"""One module per command's work: joins the stages, prints nothing."""
