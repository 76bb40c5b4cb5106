/* Event files byte by byte, the folders they go to, and the engine's end at an evaluation that is enough. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/crc32c.h"
#include "run/board.h"
#include "run/events.h"
#include "tests/scratch.h"
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

/* The first record, the version, holds the time; so does the second, which begins a session. Third: a step of two
 * bytes, and only what is a finite float. */
START_TEST(an_event_byte_by_byte)
{
  static const unsigned char want[] = {0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0xac, 0x02, 0x2a, 12,
                                       0x0a, 10, 0x0a, 3, 'a', '/', 'b', 0x15, 0, 0, 0x20, 0xc0};
  static const unsigned char start[] = {0x10, 0xc9, 0x01, 0x3a, 2, 0x08, 1};
  const struct gv_scalar scalars[] = {{"none", NAN}, {"a/b", -2.5}, {"large", 1e200}};
  char name[] = "/tmp/grapevine-events-XXXXXX";
  unsigned char bytes[256];
  struct gv_events events = {0};
  ck_assert_ptr_nonnull(mkdtemp(name));
  assert_ok(gv_events_begin(name, 201, &events, err));
  assert_ok(gv_events_add(&events, 1.5, 300, scalars, 3, err));
  FILE *file = fopen(events.path, "rb");
  ck_assert_ptr_nonnull(file);
  size_t size = fread(bytes, 1, sizeof bytes, file), second = 16 + 9 + 2 + 13;
  size_t third = second + 16 + 9 + sizeof start;
  fclose(file);
  ck_assert_uint_eq(size, third + 16 + sizeof want);
  ck_assert_mem_eq(bytes + 12 + 9, "\x1a\x0d" "brain.Event:2", 15);
  ck_assert_uint_eq(bytes[second], 9 + sizeof start);
  ck_assert_mem_eq(bytes + second + 12, bytes + 12, 9);
  ck_assert_mem_eq(bytes + second + 12 + 9, start, sizeof start);
  ck_assert_uint_eq(bytes[third], sizeof want);
  ck_assert_mem_eq(bytes + third + 12, want, sizeof want);
  gv_events_discard(&events);
  assert_fails(GV_SYSTEM, "cannot be written", gv_events_begin("/nowhere/at/all", 0, &events, err));
  ck_assert_int_eq(rmdir(name), 0);
}
END_TEST

/* Which folder a run in name/`run` has below name/board, told by what stands behind it. */
static void has(const char *name, const char *run, const char *behind)
{
  char board[64], path[64];
  struct gv_board found = {0};
  snprintf(board, sizeof board, "%s/board/deep", name);
  snprintf(path, sizeof path, "%s/%s", name, run);
  assert_ok(gv_board_open(board, path, &found, err));
  ck_assert_str_eq(found.folder + strlen(board), behind);
  gv_board_clear(&found);
}

START_TEST(a_folder_of_its_own)
{
  struct folder folder = folder_make();
  const char *name = folder.path;
  char path[64], other[64];
  static const char *const made[] = {"a", "b", "c", "a/run", "b/run", "c/run"};
  for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
    snprintf(path, sizeof path, "%s/%s", name, made[i]);
    ck_assert_int_eq(mkdir(path, 0777), 0);
  }
  struct gv_board board = {0};
  snprintf(other, sizeof other, "%s/board/deep", name);
  assert_ok(gv_board_open(other, path, &board, err));
  gv_board_discard(&board);
  gv_board_discard(&board);
  snprintf(path, sizeof path, "%s/board", name);
  ck_assert_int_ne(rmdir(path), 0);  /* all that was made is gone */
  has(name, "a/run", "/run");
  has(name, "b/run/", "/run-2");
  has(name, "a/../a/run", "/run");
  has(name, "b/run", "/run-2");
  snprintf(path, sizeof path, "%s/board/deep/run-3", name);
  ck_assert_int_eq(mkdir(path, 0777), 0);  /* without a name in it: somebody's */
  has(name, "c/run", "/run-4");
  has(name, "c/run", "/run-4");
  snprintf(path, sizeof path, "%s/c/run", name);
  assert_ok(gv_board_open(other, path, &board, err));
  gv_board_discard(&board);  /* it was there before */
  has(name, "c/run", "/run-4");
  folder_remove(&folder);
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
  const TTest *const tests[] = {checksums, an_event_byte_by_byte, a_folder_of_its_own, enough_ends_a_run, NULL};
  return run_suite("events", tests);
}
