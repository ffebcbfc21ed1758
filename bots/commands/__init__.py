"""The commands of robots and of the experimenter: pit bot, load, ctl."""
