"""What a name says of the ceramide: chains, double bonds and hydroxyl groups."""
