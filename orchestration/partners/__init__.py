"""How we talk to outside: claims out, answers in."""
