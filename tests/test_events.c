/* Event files byte by byte, and the engine's end at an evaluation that is enough. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crc32c.h"
#include "run/events.h"
#include "tests/toy.h"

START_TEST(checksums)
{
  unsigned char bytes[32] = {0};
  ck_assert_uint_eq(gv_crc32c("123456789", 9), 0xe3069283u);
  ck_assert_uint_eq(gv_crc32c(bytes, 0), 0);
  ck_assert_uint_eq(gv_crc32c(bytes, sizeof bytes), 0x8a9136aau);  /* these and the next two: RFC 3720, B.4 */
  memset(bytes, 0xff, sizeof bytes);
  ck_assert_uint_eq(gv_crc32c(bytes, sizeof bytes), 0x62a8ab43u);
  for (int i = 0; i < 32; i++)
    bytes[i] = (unsigned char)i;
  ck_assert_uint_eq(gv_crc32c(bytes, sizeof bytes), 0x46dd794eu);
}
END_TEST

/* Second record: a step of two bytes, and only what is a finite float. The first, the version, holds the time. */
START_TEST(an_event_byte_by_byte)
{
  static const unsigned char want[] = {0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0xac, 0x02, 0x2a, 12,
                                       0x0a, 10, 0x0a, 3, 'a', '/', 'b', 0x15, 0, 0, 0x20, 0xc0};
  const struct gv_scalar scalars[] = {{"none", NAN}, {"a/b", -2.5}, {"large", 1e200}};
  char name[] = "/tmp/grapevine-events-XXXXXX", board[64], run[64];
  unsigned char bytes[256];
  struct gv_events events = {0};
  ck_assert_ptr_nonnull(mkdtemp(name));
  snprintf(board, sizeof board, "%s/a/b", name);
  snprintf(run, sizeof run, "%s/run", name);
  ck_assert_int_eq(mkdir(run, 0777), 0);
  assert_ok(gv_events_open(board, run, &events, err));
  assert_ok(gv_events_add(&events, 1.5, 300, scalars, 3, err));
  FILE *file = fopen(events.path, "rb");
  ck_assert_ptr_nonnull(file);
  size_t size = fread(bytes, 1, sizeof bytes, file), first = 16 + 9 + 2 + 13;
  fclose(file);
  ck_assert_uint_eq(size, first + 16 + sizeof want);
  ck_assert_mem_eq(bytes + 12 + 9, "\x1a\x0d" "brain.Event:2", 15);
  ck_assert_uint_eq(bytes[first], sizeof want);
  ck_assert_mem_eq(bytes + first + 12, want, sizeof want);
  gv_events_discard(&events);
  ck_assert_int_eq(rmdir(run), 0);
  ck_assert_int_eq(rmdir(name), 0);  /* a and a/b are gone too */
}
END_TEST

struct seen {
  bool enough;
  int evaluations;
  uint64_t at, last;
};

static enum gv_status look(void *context, const struct gv_evaluation *evaluation, struct gv_error *err)
{
  struct seen *seen = context;
  (void)err;
  seen->evaluations++;
  seen->last = evaluation->round;
  seen->enough = evaluation->round >= seen->at;
  return GV_OK;
}

START_TEST(enough_ends_a_run)
{
  for (int async = 0; async <= 1; async++)
    for (uint64_t at = 0; at <= 20; at += 10) {
      struct seen seen = {.at = at};
      struct toy_run run = {.topology = "ring", .nodes = 6, .workers = 3, .dim = 133, .rate = 0.05, .rounds = 50,
                            .eval_every = 10, .async = async != 0, .evaluated = look, .context = &seen,
                            .enough = &seen.enough};
      assert_ok(toy_train(&run, NULL, err));
      ck_assert_uint_eq(seen.last, at);
      ck_assert_int_eq(seen.evaluations, 1 + (int)at / 10);
    }
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {checksums, an_event_byte_by_byte, enough_ends_a_run, NULL};
  return run_suite("events", tests);
}
