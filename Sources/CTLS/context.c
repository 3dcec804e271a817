/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Contexts: what is asked of the peer and what is shown to it.
 */
#include "ctls_internal.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* OpenSSL's own would ask at the terminal, and wait. */
static int no_passphrase(char *buffer, int size, int writing, void *unused)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)unused;
    return 0;
}

static bool fail(char *error, size_t error_size, const char *what, const char *file)
{
    char reason[ERROR_SIZE];
    describe_errors(reason, sizeof(reason));
    snprintf(error, error_size, "%s%s%s: %s", what, file ? " " : "", file ? file : "", reason);
    return false;
}

static bool load_authorities(SSL_CTX *ssl, const ctls_config *config, char *error, size_t error_size)
{
    if (!config->check_authority) return true;
    if (!config->authority_file) {
        if (SSL_CTX_set_default_verify_paths(ssl) == 1) return true;
        return fail(error, error_size, "cannot use the system's authorities", NULL);
    }
    if (SSL_CTX_load_verify_file(ssl, config->authority_file) != 1)
        return fail(error, error_size, "cannot use the authorities in", config->authority_file);
    /* Whoever names a file trusts what is in it, be it an intermediate or the server's own certificate. */
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl), X509_V_FLAG_PARTIAL_CHAIN);
    /* Only a hint to clients which of their certificates to show. */
    if (config->server) SSL_CTX_set_client_CA_list(ssl, SSL_load_client_CA_file(config->authority_file));
    return true;
}

static bool load_identity(SSL_CTX *ssl, const ctls_config *config, char *error, size_t error_size)
{
    if (!config->certificate_file) return true;
    const char *key_file = config->key_file ? config->key_file : config->certificate_file;
    if (SSL_CTX_use_certificate_chain_file(ssl, config->certificate_file) != 1)
        return fail(error, error_size, "cannot use the certificate in", config->certificate_file);
    if (SSL_CTX_use_PrivateKey_file(ssl, key_file, SSL_FILETYPE_PEM) != 1)
        return fail(error, error_size, "cannot use the key in", key_file);
    if (SSL_CTX_check_private_key(ssl) != 1)
        return fail(error, error_size, "the key is not that of the certificate in", config->certificate_file);
    return true;
}

static bool configure(SSL_CTX *ssl, const ctls_config *config, char *error, size_t error_size)
{
    if (SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) != 1)
        return fail(error, error_size, "cannot demand TLS 1.2", NULL);
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    /* A resumed session would not show its certificate again. */
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ssl, 0);
    SSL_CTX_set_default_passwd_cb(ssl, no_passphrase);
    int mode = SSL_VERIFY_NONE;
    if (config->check_authority || config->pin) mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ssl, mode, NULL);
    SSL_CTX_set_cert_verify_callback(ssl, verify_peer, NULL);
    return load_authorities(ssl, config, error, error_size) && load_identity(ssl, config, error, error_size);
}

ctls_context *ctls_context_create(const ctls_config *config, char *error, size_t error_size)
{
    if (config->server && !config->certificate_file) {
        snprintf(error, error_size, "a TLS server needs a certificate");
        return NULL;
    }
    if (!config->server && !config->check_authority && !config->pin) {
        snprintf(error, error_size, "a TLS client must check its peer by an authority, a fingerprint or both");
        return NULL;
    }
    ERR_clear_error();
    ctls_context *context = calloc(1, sizeof(*context));
    SSL_CTX *ssl = SSL_CTX_new(config->server ? TLS_server_method() : TLS_client_method());
    if (!context || !ssl) {
        fail(error, error_size, "cannot start OpenSSL", NULL);
    } else if (configure(ssl, config, error, error_size)) {
        context->ssl = ssl;
        context->server = config->server;
        context->check_authority = config->check_authority;
        context->has_pin = config->pin != NULL;
        if (config->pin) memcpy(context->pin, config->pin, CTLS_PIN_SIZE);
        ERR_clear_error();
        return context;
    }
    SSL_CTX_free(ssl);
    free(context);
    return NULL;
}

void ctls_context_release(ctls_context *context)
{
    if (!context) return;
    SSL_CTX_free(context->ssl);
    free(context);
}
