/* secrets.h - variables that are secrets (D8): sealed before they reach the database.
 *
 * In place of such a value stands {"sealed": base64, "key": id}: the box (lib/seal.h) holds the value's JSON text, so that a
 * number comes back as a number; `id` is that of the key it is sealed to (house.seal_keys). Which variables are secrets
 * lib/hidden.h says.
 */
#ifndef WORKER_SECRETS_H
#define WORKER_SECRETS_H

#include <jansson.h>

#include "lib/status.h"

struct request;

/* Seals all secrets of one object of variables, in place, whatever their values are: so nobody brings along a box of his
 * own. Only what answers show instead of a secret, "[~~ENCRYPTED~~]", stays. The values themselves are wiped: whoever else
 * holds them has blanks. (The buffers in which libfcgi and jansson read them are not ours to wipe.) Anything but an object stays as it is. The key is asked for once a request, and only if there is a
 * secret. S_LATER: there is none, or the database is away; request->why says so. */
enum status secrets_seal(struct request *request, json_t *vars) CHECKED;

/* For a row that is R_SECRETS: seals those of the body's `vars` and of its data's. Where `vars` or `data` is a string that
 * holds a JSON object, the object takes its place. Fails as above. */
enum status secrets_seal_body(struct request *request) CHECKED;

/* For a row that is R_BULK: the same for the `data` of each element of the body (sql/polemarch_api/bulk.sql). */
enum status secrets_seal_operations(struct request *request) CHECKED;

/* For a row that is R_ARGUMENTS: seals those that are members of the body. Fails as above. */
enum status secrets_seal_arguments(struct request *request) CHECKED;

#endif
