"""The page of the lab, for any browser: its files, the names under which it may be asked for, and the answers."""
