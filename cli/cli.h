/* cli.h - what the subcommands share. A subcommand talks, parses and prints; it does no mathematics. */
#ifndef GV_CLI_CLI_H
#define GV_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include <grapevine/grapevine.h>

struct gv_options;
struct gv_option;
struct gv_shape;
struct json_t;

struct gv_command {
  const char *within;     /* the command under which it stands, as "model"; NULL: none */
  const char *name;
  const char *arguments;  /* as in "usage: grapevine NAME ARGUMENTS"; a line for each way to call it */
  const char *summary;

  /* The rest of the page, which --help prints, the man page has and completion offers. Prose is in paragraphs with
   * an empty line between them; one that begins with a space stands as it is written. */
  const char *about;
  const struct gv_command *const *commands;  /* those under it, the last NULL; NULL: none */
  void (*listing)(FILE *out);                /* prints other names that it takes; NULL: there are none */
  const struct gv_option *(*shared)(void);   /* options that the library defines; NULL: none */
  const struct gv_option *options;           /* and its own */
  const char *notes;                         /* prose behind the options; NULL: none */
  const char *examples;                      /* command lines, one a line */
  const char *takes;  /* what completion offers for an argument that is no option: the kind of a table, "model", or
                         as completion.h has it; NULL: nothing */

  /* argv[0] is the subcommand's name. Returns the exit status. */
  int (*run)(int argc, char **argv);
};

extern const struct gv_command gv_command_train;
extern const struct gv_command gv_command_eval;
extern const struct gv_command gv_command_model;
extern const struct gv_command gv_command_topology;
extern const struct gv_command gv_command_bench;
extern const struct gv_command gv_command_consensus;
extern const struct gv_command gv_command_data;
extern const struct gv_command gv_command_split;
extern const struct gv_command gv_command_study;
extern const struct gv_command gv_command_plot;
extern const struct gv_command gv_command_report;
extern const struct gv_command gv_command_cost;
extern const struct gv_command gv_command_help;

/* Subcommands of `grapevine model`. */
extern const struct gv_command gv_command_model_list;
extern const struct gv_command gv_command_model_show;
extern const struct gv_command gv_command_model_check;
extern const struct gv_command gv_command_model_new;

/* Subcommands of `grapevine topology`. */
extern const struct gv_command gv_command_topology_list;
extern const struct gv_command gv_command_topology_growth;
extern const struct gv_command gv_command_topology_advise;

/* Subcommands of `grapevine data`. */
extern const struct gv_command gv_command_data_list;
extern const struct gv_command gv_command_data_show;

/* ---- commands.c ---- */

/* The options of a command that has none of its own: --help. */
extern const struct gv_option gv_help_alone[];

/* The command of a table with this name, or NULL. */
const struct gv_command *gv_command_find(const struct gv_command *const *table, const char *name);

/* Runs the command under `family` that argv[1] names, or prints the family's page. Returns the exit status. */
int gv_run_family(int argc, char **argv, const struct gv_command *family);

/* ---- arguments.c ---- */

/* Reads --key value, --key=value, and for GV_OPTION_FLAG rows --key, from argv[1] on, with getopt_long; calls set
 * for each. Whatever is no option is refused. */
enum gv_status gv_arguments(int argc, char **argv, const struct gv_option *rows, void *context,
                            enum gv_status (*set)(void *context, const char *key, const char *value,
                                                  struct gv_error *err),
                            struct gv_error *err);

/* The same for a command with options of its own rows and one argument beside them, wherever it stands, as in
 * "show NAME --json". *word <- that argument; NULL: not given. *options is the caller's to destroy. */
enum gv_status gv_arguments_word(int argc, char **argv, const struct gv_option *rows, const char **word,
                                 struct gv_options **options, struct gv_error *err);

/* All options of a command with shared ones, one table; the caller frees it. NULL: err says why. */
struct gv_option *gv_command_options(const struct gv_command *command, struct gv_error *err);

/* Runs a command that takes one word and its own options: prints its page, or acts; `wanted` is said where the word
 * is not given (NULL: act then gets NULL). Returns the exit status. */
int gv_run_word(int argc, char **argv, const struct gv_command *command, const char *wanted,
                enum gv_status (*act)(const char *word, const struct gv_options *options, struct gv_error *err));

/* The same for a command that takes one word or more, in the order given; -o stands for --out. */
int gv_run_words(int argc, char **argv, const struct gv_command *command, const char *wanted,
                 enum gv_status (*act)(const char *const *words, size_t count, const struct gv_options *options,
                                       struct gv_error *err));

/* The same for a command that takes options alone. `instead` says to one who gave a name why there is none. */
int gv_run_plain(int argc, char **argv, const struct gv_command *command, const char *instead,
                 enum gv_status (*act)(const struct gv_options *options, struct gv_error *err));

/* sizes (most) <- the numbers of "16,64,256": 1 or more of them, each from 2 to 1000000. `owner` begins the
 * error. */
enum gv_status gv_read_sizes(const char *owner, const char *text, int *sizes, int most, int *count,
                             struct gv_error *err);

/* shape <- "CxHxW", or "N" of plain features; up to 2^31 - 1 of them. `owner` begins the error. */
enum gv_status gv_read_shape(const char *owner, const char *text, struct gv_shape *shape, struct gv_error *err);

/* ---- page.c ---- */

/* Prints text from column `at` on, where the cursor is, wrapped at words before column `width`. */
void gv_print_wrapped(FILE *out, const char *text, size_t at, size_t width);

/* Prints the rows of a table: "  --key VALUE  help [default]", key=value form without dashes. */
void gv_print_options(FILE *out, const struct gv_option *rows, bool dashes);

/* ---- help.c ---- */

struct gv_table;

/* All tables of named things but the models, the last NULL. */
extern const struct gv_table *const gv_tables[];

/* ---- model_list.c ---- */

struct gv_search;

/* Prints the models found in search: "  NAME  summary", or why it cannot be loaded; with `files`, each file too. */
enum gv_status gv_print_models(FILE *out, const struct gv_search *search, bool files, struct gv_error *err);

/* ---- topology.c ---- */

struct gv_topology;

/* Nodes at which a family is tried out, to say what of it holds by default: 16 takes all but those for some n. */
enum { GV_TOPOLOGY_SAMPLE = 16 };

/* Shows on a terminal, in place, that a family is being looked at; NULL: takes the line away. */
void gv_topology_progress(const char *name, int nodes);

/* ---- progress.c ---- */

/* " 43 %  round 301 of 700  1.24 M samples/s  12 s left", or what of it has room in so many columns, into text.
 * `seconds` is how long training took until that round. Returns text. */
char *gv_progress_text(const struct gv_result *result, uint64_t round, double seconds, int room, char *text,
                       size_t size);

/* ---- signals.c ---- */

/* From now on the first SIGINT, SIGTERM or, unless it is ignored, SIGHUP asks `stop`, in a signal handler on the
 * main thread, which returns false where there is nothing to end in good order; then, and at a signal a second or
 * more later, the program ends. */
void gv_watch_signals(bool (*stop)(void *context), void *context);

/* Nothing is left to stop: the first signal is passed over, what is being written is finished. */
void gv_unwatch_signals(void);

/* Once signals are watched: a process that a study began gets SIGTERM when the study ends, killed or not. */
void gv_end_with_study(void);

/* ---- environment.c ---- */

/* Takes away what would end the program in OpenMP; before anything else runs. */
void gv_mend_environment(void);

/* ---- words.c ---- */

/* path <- of this program, which `why`, as in "trains the runs". */
enum gv_status gv_program_path(const char *why, char *path, size_t size, struct gv_error *err);

/* This program, as a shell finds it from any folder: its name where PATH leads to it, else its path as one word. In
 * memory of its own; NULL without memory. */
char *gv_program_word(void);

/* ---- terminal.c ---- */

/* Whether stream is a terminal that shows colour (and NO_COLOR is not set). */
bool gv_colour(FILE *stream);

/* Whether the environment says that text is UTF-8. */
bool gv_utf8(void);

/* The columns of a terminal; 116 of what is none. */
int gv_columns(FILE *stream);

/* The size of a terminal; 80 x 24 of one that does not say. */
void gv_window(FILE *stream, int *columns, int *rows);

/* Prints page, which it takes, as indented JSON. NULL: it could not be made for want of memory. */
enum gv_status gv_print_json(struct json_t *page, struct gv_error *err);

/* Prints "grapevine: error: ..." on stderr and returns the exit status for it. */
int gv_complain(const struct gv_error *error);

/* Log lines of the library on stderr: warnings always, details when verbose. */
void gv_show_log(bool verbose);

/* "1.24 M", "873 k", "12.3", into text. Returns text. */
char *gv_short_number(double x, char *text, size_t size);

/* What is seen of a text on a terminal: UTF-8 characters, no escape sequences. */
int gv_text_width(const char *text);

/* cell <- the first `most` characters (UTF-8) of a text that may hold anything, as one line; size: at least
 * 4 most + 1. Returns cell. */
char *gv_text_cell(const char *text, int most, char *cell, size_t size);

/* "1.8 ms", "3.2 s", "12 s", "3 min 20 s", "2 h 5 min", into text. Returns text. */
char *gv_short_time(double seconds, char *text, size_t size);

#endif
