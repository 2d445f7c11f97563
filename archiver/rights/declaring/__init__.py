"""Files of declarations and policies: reading them, checking them, beginning one."""
