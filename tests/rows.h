/* rows.h - an answer of the database without one: a row of these cells. A cell that is NULL is null, no cells are no row. */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include <stdint.h>
#include <string.h>

#include <libpq-fe.h>

#define MOST_COLUMNS 8

static inline char *rows_text(const char *text)
{
	return (char *)(uintptr_t)text;    /* libpq only copies it */
}

static inline PGresult *row_of(int n, const char *const *cells)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc columns[MOST_COLUMNS] = { { 0 } };

	for (int i = 0; i < n; i++)
		columns[i].name = rows_text("column");
	PQsetResultAttrs(result, n, columns);
	for (int i = 0; cells != NULL && i < n; i++)
		PQsetvalue(result, 0, i, rows_text(cells[i]), cells[i] != NULL ? (int)strlen(cells[i]) : -1);
	return result;
}

#endif
