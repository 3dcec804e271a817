/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CTLS_INTERNAL_H
#define CTLS_INTERNAL_H

#include "ctls.h"

#include <openssl/ssl.h>

#define ERROR_SIZE 512

struct ctls_context {
    SSL_CTX *ssl;
    bool server;
    bool check_authority;
    bool has_pin;
    uint8_t pin[CTLS_PIN_SIZE];
};

struct ctls_session {
    SSL *ssl;
    BIO *input;  /* both belong to ssl */
    BIO *output;
    bool check_authority;
    bool has_pin;
    bool failed;
    bool closed; /* close_notify is out */
    uint8_t pin[CTLS_PIN_SIZE];
    char peer[256];
    char error[ERROR_SIZE];
    char description[96];
};

/* Decides on the peer's certificate, in the handshake; for SSL_CTX_set_cert_verify_callback(). */
int verify_peer(X509_STORE_CTX *store, void *unused);

/* Empties this thread's error queue into text. Keeps what the first error says: the later ones are its echo. */
void describe_errors(char *text, size_t size);

#endif
