/* scratch.h - a folder for what a test writes. */
#ifndef GV_TESTS_SCRATCH_H
#define GV_TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/suite.h"

/* A folder of its own, removed with all it holds. */
struct folder {
  char path[32];
};

static inline struct folder folder_make(void)
{
  struct folder folder = {"/tmp/gv-test-XXXXXX"};
  ck_assert_ptr_nonnull(mkdtemp(folder.path));
  return folder;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  (void)st;
  (void)type;
  (void)ftw;
  return remove(path);
}

static inline void folder_remove(const struct folder *folder)
{
  ck_assert_int_eq(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* The same as the working directory, until it is left. */
static inline struct folder folder_enter(void)
{
  struct folder folder = folder_make();
  ck_assert_int_eq(chdir(folder.path), 0);
  return folder;
}

static inline void folder_leave(const struct folder *folder)
{
  ck_assert_int_eq(chdir("/"), 0);
  folder_remove(folder);
}

#endif
