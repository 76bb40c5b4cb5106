/* line.h - a text that stays one line, whatever was put into it. */
#ifndef GV_BASE_LINE_H
#define GV_BASE_LINE_H

/* What breaks lines or controls a terminal becomes a space: a file's name may hold anything, and so may what a
 * model logs. */
static inline void gv_line_only(char *text)
{
  for (; *text != '\0'; text++)
    if ((unsigned char)*text < ' ' || *text == 0x7f)
      *text = ' ';
}

#endif
