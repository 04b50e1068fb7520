"""What the lessons run beyond a plain handshake: attacks, accidents, comparisons; no drawing."""
