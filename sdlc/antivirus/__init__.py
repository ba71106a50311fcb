"""What the gate malware asks about the bytes of a file: yara-x with our signatures, and a virus scanner's daemon."""
