"""Data retention: the rule of the installation, the choices of owners, and pins."""
