"""How long jobs are kept: the rule of the installation, the choices of owners, and pins."""
