/* soak.h - what the soak's files share: a configuration drawn from all tables, and what is checked of it. */
#ifndef GV_TESTS_SOAK_SOAK_H
#define GV_TESTS_SOAK_SOAK_H

#include <stdbool.h>
#include <stdint.h>

enum { SOAK_PAIRS_MAX = 64, SOAK_TEXT = 512 };

struct soak_pair {
  const char *key;  /* of a run's option table */
  char value[SOAK_TEXT];
};

struct soak_config {
  int count;
  struct soak_pair pair[SOAK_PAIRS_MAX];
  int workers[2];     /* that the run is made with, never the same where it has two nodes */
  uint32_t lots;      /* which of the checks that are made of some runs alone are made of this one */
};

/* Draws configuration `index` of a seed, for the attempt'th time: a pure function of these and of the tables. Files
 * that it needs are written to the folder. corpus: the folder of inputs, one a reader, of the fuzzer's. */
void soak_draw(uint64_t seed, uint32_t index, uint32_t attempt, const char *folder, const char *corpus,
               struct soak_config *config);

/* The value of an option, or NULL where it is at its default. */
const char *soak_value(const struct soak_config *config, const char *key);

/* "grapevine train --key 'value' ...", without --out and --workers, into text. */
void soak_command(const struct soak_config *config, char *text, unsigned size);

/* What was looked at, by the invariant. */
enum soak_check {
  SOAK_REFUSAL,  /* what is refused is so in one line, and leaves no folder */
  SOAK_FINITE,   /* metrics.csv and the model hold finite numbers, unless the run ended by one that was not */
  SOAK_BITS,     /* another number of workers gives the same model, and the same failure */
  SOAK_MEMORY,   /* all memory and all descriptors are given back */
  SOAK_LEAKS,    /* the same run again takes no more of the heap (a sanitizer's build: nothing leaks) */
  SOAK_MEAN,     /* without gradients the mean of the nodes stays where it is */
  SOAK_RESUME,   /* a run that is stopped and resumed ends with the same model */
  SOAK_PROGRAM,  /* the program says and writes the same as the library */
  SOAK_CHECKS
};

/* How a configuration came out, in memory that the process which asked shares with the one that tried it. */
struct soak_report {
  struct soak_config config;
  bool done, failed;
  int status;                /* enum gv_status of the run */
  long refused;              /* attempts */
  int checked[SOAK_CHECKS];  /* how often */
  char text[1024];           /* what is wrong, or why it was refused */
};

/* Runs report->config and checks it, in this process, which is used up: what is checked may crash. folder is
 * there, and keeps all files. */
void soak_try(const char *folder, struct soak_report *report);

/* ---- watch.c: the calls of the library that the linker hands to the soak first ---- */

/* Blocks of gv_alloc and gv_alloc_for that are not yet given back. */
long soak_blocks(void);

/* From now on engines begin with every node elsewhere, take no gradient and have the mean of their nodes looked at
 * after each round; false: no more. */
void soak_watch_mean(bool watch);

/* The farthest that the mean lay from where it began since soak_watch_mean(true), over what rounding may do; 1 and
 * less is right. rounds <- how many were looked at. */
double soak_mean_error(long *rounds);

#endif
