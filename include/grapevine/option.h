/* option.h - one row of an option table; rows yield parsing, --help, the saved configuration and error messages.
 *
 * A table is a const array that ends with a row whose key is NULL. Options are written
 * key=value,key=value behind a name and a colon: dirichlet:alpha=0.1,min=10.
 */
#ifndef GRAPEVINE_OPTION_H
#define GRAPEVINE_OPTION_H

#ifdef __cplusplus
extern "C" {
#endif

/* What a value is. */
enum gv_option_type {
  GV_OPTION_INT = 1,  /* a whole number */
  GV_OPTION_REAL,     /* a finite number, as strtod reads it */
  GV_OPTION_FLAG,     /* yes or no */
  GV_OPTION_CHOICE,   /* one of `words` */
  GV_OPTION_TEXT,     /* any text without a comma */
  GV_OPTION_LIST      /* whole numbers joined by '-': 128-64 */
};

/* A row. */
struct gv_option {
  const char *key;          /* lower case words joined by '-'; NULL ends the table */
  enum gv_option_type type; /* decides which values are accepted */
  const char *value;        /* default, written as a user would; never NULL */
  double min;               /* least value of INT, REAL and the items of LIST; min and max both 0: any */
  double max;               /* greatest */
  const char *words;        /* CHOICE: the accepted words, "relu|tanh|gelu";
                               INT, REAL: words accepted beside numbers, "full";
                               LIST: words for an empty list, "none"; else NULL */
  const char *help;         /* half a line, with the unit */
};

#ifdef __cplusplus
}
#endif
#endif
