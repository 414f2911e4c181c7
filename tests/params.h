/* params.h - request_param() without FastCGI: a request has the parameters that a test has set. */
#ifndef TESTS_PARAMS_H
#define TESTS_PARAMS_H

#include <assert.h>
#include <string.h>

#include "worker/request.h"

static struct { const char *name, *value; } params[16];
static size_t n_params;

static inline void params_clear(void)
{
	n_params = 0;
}

static inline void params_set(const char *name, const char *value)
{
	assert(n_params < sizeof params / sizeof params[0]);
	params[n_params].name = name;
	params[n_params++].value = value;
}

const char *request_param(const struct request *r, const char *name)
{
	(void)r;
	for (size_t i = n_params; i-- > 0;)
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	return "";
}

bool request_has(const struct request *r, const char *name)
{
	(void)r;
	for (size_t i = 0; i < n_params; i++)
		if (strcmp(params[i].name, name) == 0)
			return true;
	return false;
}

#endif
