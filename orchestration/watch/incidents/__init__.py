"""One problem is one incident: opened, held back, told, escalated and closed once."""
