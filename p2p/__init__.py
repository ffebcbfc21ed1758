"""The market itself, pure: no socket, file, clock, logging, await or shared random generator."""
