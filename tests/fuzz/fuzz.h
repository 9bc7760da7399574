/*
 * fuzz - what the harnesses share.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run: libFuzzer keeps the input. */
void check(int right, const char *what);

/* A new unlinked file; its content replaced, offset 0; its content read, NUL
 * behind it, at most size - 1 octets. */
int fuzz_file(void);
void fuzz_set(int fd, const void *, size_t);
size_t fuzz_get(int fd, char *to, size_t size);

/* A directory of the harness's own, in memory, and a spool in it. */
const char *fuzz_dir(void);
const char *fuzz_spool(void);

/*
 * Judges every file in new/ of that spool and removes it: a queue file whose
 * size its name states, canonical lines, at least one recipient.  tmp/ must be
 * empty.  Returns how many there were; the last one's text is in
 * fuzz_message[0..fuzz_length), its message begins at fuzz_body.
 */
size_t fuzz_queued(void);
extern char fuzz_message[1 << 20];
extern size_t fuzz_length, fuzz_body;

/* Sends what is logged to descriptor 2 to a file; judges what is there (lines,
 * printable) and empties it. */
void fuzz_log(void);

/* Closes what a program leaves to its end, from descriptor first on. */
void fuzz_close(int first);

/* Lines, each ended by CRLF, with no other CR or LF, NUL only if binary. */
void fuzz_lines(const char *, size_t, const char *what);

#endif
