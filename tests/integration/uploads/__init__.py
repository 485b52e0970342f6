"""Tables that people send, odd and hostile ones too."""
