# A copy begins with the whole envelope.
# file: qrun/delivery.c
# test: tests/qrun.t
# sees: a copy does not name the others
/^delivery_copy(/,/^}/s/off_t at = .*/off_t at = 0;/
