"""What a row is called beside its call: its isomer, ion, parent and better names."""
