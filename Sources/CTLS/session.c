/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Sessions: one connection's records, from and to memory.
 */
#include "ctls_internal.h"

#include <arpa/inet.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_address(const char *text)
{
    struct in6_addr address;
    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

static bool expect_peer(ctls_session *session, const char *peer)
{
    size_t length = strlen(peer);
    if (length == 0 || length >= sizeof(session->peer)) return false;
    memcpy(session->peer, peer, length + 1);
    X509_VERIFY_PARAM *param = SSL_get0_param(session->ssl);
    if (is_address(peer)) return X509_VERIFY_PARAM_set1_ip_asc(param, peer) == 1;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(param, peer, length) == 1 && SSL_set_tlsext_host_name(session->ssl, peer) == 1;
}

static bool prepare(ctls_session *session, const ctls_context *context, const char *peer)
{
    session->ssl = SSL_new(context->ssl);
    if (!session->ssl) return false;
    BIO *input = BIO_new(BIO_s_mem()), *output = BIO_new(BIO_s_mem());
    if (!input || !output) {
        BIO_free(input);
        BIO_free(output);
        return false;
    }
    session->input = input;
    session->output = output;
    SSL_set_bio(session->ssl, input, output);
    SSL_set_app_data(session->ssl, session);
    if (context->server) {
        SSL_set_accept_state(session->ssl);
        return true;
    }
    SSL_set_connect_state(session->ssl);
    return peer && expect_peer(session, peer);
}

ctls_session *ctls_session_create(const ctls_context *context, const char *peer, char *error, size_t error_size)
{
    ERR_clear_error();
    ctls_session *session = calloc(1, sizeof(*session));
    if (session && prepare(session, context, peer)) {
        session->check_authority = context->check_authority;
        session->has_pin = context->has_pin;
        memcpy(session->pin, context->pin, CTLS_PIN_SIZE);
        return session;
    }
    char reason[ERROR_SIZE];
    describe_errors(reason, sizeof(reason));
    snprintf(error, error_size, "cannot begin TLS with %s: %s", peer ? peer : "a client", reason);
    ctls_session_release(session);
    return NULL;
}

void ctls_session_release(ctls_session *session)
{
    if (!session) return;
    SSL_free(session->ssl);
    free(session);
}

bool ctls_feed(ctls_session *session, const void *bytes, size_t size)
{
    while (size > 0) {
        int part = size > INT_MAX ? INT_MAX : (int)size;
        if (BIO_write(session->input, bytes, part) != part) return false;
        bytes = (const char *)bytes + part;
        size -= (size_t)part;
    }
    return true;
}

size_t ctls_output_size(const ctls_session *session)
{
    return BIO_ctrl_pending(session->output);
}

size_t ctls_take(ctls_session *session, void *buffer, size_t size)
{
    int got = BIO_read(session->output, buffer, size > INT_MAX ? INT_MAX : (int)size);
    return got > 0 ? (size_t)got : 0;
}

/* What a call of OpenSSL that did not succeed means for the session. */
static ctls_status judge(ctls_session *session, int result)
{
    int code = SSL_get_error(session->ssl, result);
    /* The output takes everything, so OpenSSL only ever waits for input. */
    if (code == SSL_ERROR_WANT_READ) return CTLS_MORE;
    if (code == SSL_ERROR_ZERO_RETURN) return CTLS_CLOSED;
    session->failed = true;
    /* The reason for a refused certificate is there already, and better than OpenSSL's. */
    if (!session->error[0]) describe_errors(session->error, sizeof(session->error));
    ERR_clear_error();
    return CTLS_FAILED;
}

ctls_status ctls_handshake(ctls_session *session)
{
    if (session->failed) return CTLS_FAILED;
    ERR_clear_error();
    int result = SSL_do_handshake(session->ssl);
    if (result != 1) {
        ctls_status status = judge(session, result);
        if (status != CTLS_CLOSED) return status;
        session->failed = true;
        snprintf(session->error, sizeof(session->error), "the peer closed TLS during the handshake");
        return CTLS_FAILED;
    }
    snprintf(session->description, sizeof(session->description), "%s %s", SSL_get_version(session->ssl),
             SSL_get_cipher_name(session->ssl));
    return CTLS_DONE;
}

ctls_status ctls_read(ctls_session *session, void *buffer, size_t *size)
{
    size_t room = *size;
    *size = 0;
    if (session->failed) return CTLS_FAILED;
    ERR_clear_error();
    /* OpenSSL gives one record at a time, however small. */
    while (*size < room) {
        size_t got = 0;
        int result = SSL_read_ex(session->ssl, (char *)buffer + *size, room - *size, &got);
        if (result != 1) return judge(session, result);
        *size += got;
    }
    return CTLS_DONE;
}

ctls_status ctls_write(ctls_session *session, const void *bytes, size_t size)
{
    if (session->failed) return CTLS_FAILED;
    if (size == 0) return CTLS_DONE;
    ERR_clear_error();
    size_t written = 0;
    int result = SSL_write_ex(session->ssl, bytes, size, &written);
    if (result == 1 && written == size) return CTLS_DONE;
    if (judge(session, result) != CTLS_FAILED) {
        session->failed = true;
        snprintf(session->error, sizeof(session->error), "cannot write: the handshake is not done");
    }
    return CTLS_FAILED;
}

void ctls_close(ctls_session *session)
{
    if (session->failed || session->closed || !SSL_is_init_finished(session->ssl)) return;
    session->closed = true;
    ERR_clear_error();
    SSL_shutdown(session->ssl);
    ERR_clear_error();
}

const char *ctls_error(const ctls_session *session)
{
    return session->error;
}

const char *ctls_description(const ctls_session *session)
{
    return session->description;
}
