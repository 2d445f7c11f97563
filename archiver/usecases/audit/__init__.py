"""Reading what is kept again, before it can rot unseen."""
