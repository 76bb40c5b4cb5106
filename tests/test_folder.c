/* test_folder.c - several who want one folder at the same moment: one gets it, and the others leave it alone. */
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "run/folder.h"
#include "tests/data.h"
#include "tests/suite.h"

/* What happens between opening a folder and locking it, once: here in place of another process. */
static void (*meanwhile)(void);

int flock(int fd, int operation)
{
  void (*now)(void) = meanwhile;
  meanwhile = NULL;
  if (now != NULL)
    now();
  return (int)syscall(SYS_flock, fd, operation);
}

static struct folder folder;
static struct gv_folder rival;

static void enter(void)
{
  folder = folder_make();
  ck_assert_int_eq(chdir(folder.path), 0);
}

static void leave(void)
{
  ck_assert_int_eq(chdir("/"), 0);
  folder_remove(&folder);
}

static bool exists(const char *path)
{
  struct stat st;
  return lstat(path, &st) == 0;
}

static void rival_takes_it(void)
{
  assert_ok(gv_folder_create("a/run", &rival, err));
}

static void rival_comes_and_goes(void)
{
  rival_takes_it();
  assert_ok(gv_folder_write(&rival, "config.json", "{}", err));
  gv_folder_clear(&rival);
}

static void nobody_keeps_it(void)
{
  ck_assert_int_eq(rmdir("a/run"), 0);
}

static void rival_makes_it_anew(void)
{
  nobody_keeps_it();
  ck_assert_int_eq(mkdir("aside", 0777), 0);  /* takes the number of the folder that went */
  rival_takes_it();
}

/* One who comes too late is refused, and the rival's folder stays the rival's. */
static void is_refused(void (*moment)(void))
{
  struct gv_folder made = {0};
  meanwhile = moment;
  assert_fails(GV_SYSTEM, "out a/run: another process trains in this folder",
               gv_folder_create("a/run", &made, err));
  ck_assert_ptr_null(meanwhile);
  ck_assert(exists("a/run"));
  assert_fails(GV_SYSTEM, "another process trains", gv_folder_create("a/run", &made, err));
  assert_ok(gv_folder_write(&rival, "config.json", "{}", err));
  ck_assert(exists("a/run/config.json"));
  gv_folder_discard(&rival);
  ck_assert(!exists("a/run/config.json"));
}

START_TEST(who_made_it_comes_second)
{
  enter();
  is_refused(rival_takes_it);
  leave();
}
END_TEST

START_TEST(it_was_there_and_another_is_first)
{
  enter();
  ck_assert_int_eq(mkdir("a", 0777) + mkdir("a/run", 0777), 0);
  is_refused(rival_takes_it);
  ck_assert(exists("a/run"));
  leave();
}
END_TEST

START_TEST(it_is_made_anew)
{
  enter();
  is_refused(rival_makes_it_anew);
  leave();
}
END_TEST

START_TEST(it_goes)
{
  enter();
  struct gv_folder made = {0};
  ck_assert_int_eq(mkdir("a", 0777) + mkdir("a/run", 0777), 0);
  meanwhile = nobody_keeps_it;
  assert_fails(GV_SYSTEM, "another process", gv_folder_create("a/run", &made, err));
  meanwhile = NULL;
  ck_assert_int_eq(mkdir("a/run", 0777), 0);
  meanwhile = nobody_keeps_it;
  assert_fails(GV_SYSTEM, "resume a/run: another process", gv_folder_lock("a/run", &made, err));
  ck_assert(!exists("a/run"));
  leave();
}
END_TEST

/* The lock is free again, but not the folder. */
START_TEST(another_was_done_already)
{
  enter();
  struct gv_folder made = {0};
  ck_assert_int_eq(mkdir("a", 0777) + mkdir("a/run", 0777), 0);
  meanwhile = rival_comes_and_goes;
  assert_fails(GV_USAGE, "already holds a run (config.json)", gv_folder_create("a/run", &made, err));
  ck_assert(exists("a/run/config.json"));
  leave();
}
END_TEST

int main(void)
{
  return run_suite("folder", (const TTest *const[]){who_made_it_comes_second, it_was_there_and_another_is_first,
                                                    it_is_made_anew, it_goes, another_was_done_already, NULL});
}
