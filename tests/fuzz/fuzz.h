/* fuzz.h - readers and parsers on any bytes: what libFuzzer's target and the replay of kept inputs share. */
#ifndef GV_TESTS_FUZZ_FUZZ_H
#define GV_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include <grapevine/status.h>

/* A target takes at most MULTIPLE bytes for each byte of content, and CONSTANT for its buffers. Content may be
 * packed: deflate makes up to 1032 bytes of one, in which libFuzzer must not run out of memory either. */
#define GV_FUZZ_MULTIPLE 64
#define GV_FUZZ_CONSTANT ((size_t)1 << 20)
#define GV_FUZZ_PACKED 1032

/* One that is no reader of data: reads the input, with `folder` to put files into, and gives everything back. */
struct gv_fuzz_parser {
  const char *name;
  enum gv_status (*read)(const char *folder, const uint8_t *data, size_t size);
  struct gv_error *error;  /* why it refused */
};

extern const struct gv_fuzz_parser gv_fuzz_parsers[];  /* ends with a NULL name */

void gv_fuzz_start(const char *target);  /* once, before all inputs */
void gv_fuzz_one(const uint8_t *data, size_t size);
void gv_fuzz_end(void);

/* Ends the program: a target broke what it promises, or the harness cannot work. Theirs who link. */
_Noreturn void gv_fuzz_broken(const char *what);

#endif
