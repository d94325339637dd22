"""From other products' configuration to a team's file.

A module for each kind makes a draft of the file and notes of what it could not say; it reads no
file, no clock and no network. `readings` says a second time who is on call in the source, by the
source's own rules, so that `verify` can compare. These modules speak the other products' words.
"""
