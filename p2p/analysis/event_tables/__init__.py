"""Tables of all that was said and came of it: orders, quotes, messages, schedules, seats, answers, people …"""
