"""The lab's decision rules, one file each, and what several of them share."""
