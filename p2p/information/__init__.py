"""Knowledge by viewer: the part of an event that each is shown, and a listener's fold of its facts."""
