# What waits in defer/ is tried in every pass.
# file: qrun/scan.c
# test: tests/qrun.t
# sees: nothing is due now
/^due(/,/^}/s/return next <= q->began ||/return 1 ||/
