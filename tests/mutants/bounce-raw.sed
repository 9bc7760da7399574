# ... and into the bounce.
# file: qrun/bounce.c
# test: tests/bounce.t
# sees: B10 a reply with controls
s/^			c = '?';/			;/
