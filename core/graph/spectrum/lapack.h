/* lapack.h - the few routines of LAPACK that the spectrum needs; OpenBLAS has them. Matrices lie by columns. */
#ifndef GV_GRAPH_SPECTRUM_LAPACK_H
#define GV_GRAPH_SPECTRUM_LAPACK_H

#include <stddef.h>

/* The lengths of the strings come last, one for each, as Fortran compilers pass them. */

/* Eigenvalues, and vectors where asked for, of a symmetric matrix. */
void dsyevr_(const char *job, const char *range, const char *part, const int *n, double *a, const int *lda,
             const double *from_value, const double *to_value, const int *from, const int *to,
             const double *tolerance, int *found, double *value, double *vector, const int *ldz, int *support,
             double *work, const int *room, int *iwork, const int *iroom, int *info, size_t, size_t, size_t);

/* Singular values, and vectors where asked for. */
void dgesdd_(const char *job, const int *m, const int *n, double *a, const int *lda, double *value, double *u,
             const int *ldu, double *vt, const int *ldvt, double *work, const int *room, int *iwork, int *info,
             size_t);

/* Cholesky factors of a band matrix, and solving with them. */
void dpbtrf_(const char *part, const int *n, const int *width, double *ab, const int *ldab, int *info, size_t);
void dpbtrs_(const char *part, const int *n, const int *width, const int *columns, const double *ab,
             const int *ldab, double *b, const int *ldb, int *info, size_t);

/* Cholesky factors of a full matrix, solving with them, and the inverse. */
void dpotrf_(const char *part, const int *n, double *a, const int *lda, int *info, size_t);
void dpotrs_(const char *part, const int *n, const int *columns, const double *a, const int *lda, double *b,
             const int *ldb, int *info, size_t);
void dpotri_(const char *part, const int *n, double *a, const int *lda, int *info, size_t);

#endif
