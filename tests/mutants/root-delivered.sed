# A mailbox of uid 0 gets mail.
# file: qrun/owner.c
# test: tests/deliver-root.t
# sees: SEC-S11 never as uid 0
# needs: root
s/if (uid == 0)$/if (0)/
