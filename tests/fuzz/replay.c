/* Runs files, kept inputs of a fuzzer, one after the other. usage: replay TARGET FILE ... */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

enum { LARGEST = 1 << 20 };

static const char *file;

_Noreturn void gv_fuzz_broken(const char *what)
{
  fprintf(stderr, "%s: %s\n", file != NULL ? file : "replay", what);
  exit(1);
}

int main(int argc, char **argv)
{
  uint8_t *data = malloc(LARGEST);
  if (argc < 3 || data == NULL)
    gv_fuzz_broken("usage: replay TARGET FILE ...");
  gv_fuzz_start(argv[1]);
  for (int a = 2; a < argc; a++) {
    file = argv[a];
    FILE *in = fopen(file, "rb");
    if (in == NULL)
      gv_fuzz_broken("cannot be opened");
    size_t size = fread(data, 1, LARGEST, in);
    fclose(in);
    gv_fuzz_one(data, size);
  }
  gv_fuzz_end();
  free(data);
  printf("%d inputs\n", argc - 2);
  return 0;
}
