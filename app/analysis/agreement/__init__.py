"""How far two readers agree, beyond chance."""
