# A .qmail that others may write is obeyed.
# file: qrun/dotqmail.c
# test: tests/deliver.t
# sees: SEC-S10 a \.qmail that others can write defers
s/(st.st_mode & (S_IWGRP | S_IWOTH)) != 0/0/
