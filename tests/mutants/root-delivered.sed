# A mailbox of uid 0 gets mail.
# file: qrun/parent.c
# test: tests/deliver-root.t
# sees: SEC-S11 never as uid 0
# needs: root
s/if (st.st_uid == 0) {/if (0) {/
