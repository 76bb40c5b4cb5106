/* libFuzzer's target: built by tests/fuzz/run.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

_Noreturn void gv_fuzz_broken(const char *what)
{
  fprintf(stderr, "fuzz: %s\n", what);
  abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
  (void)argc;
  (void)argv;
  gv_fuzz_start(getenv("GV_FUZZ_TARGET"));
  (void)atexit(gv_fuzz_end);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  gv_fuzz_one(data, size);
  return 0;
}
