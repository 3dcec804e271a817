/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Whether the peer is the one meant, and the words for it when it is not.
 */
#include "ctls_internal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define NAME_SIZE 160
#define TIME_SIZE 64

/* Bounds and terminates what a memory BIO holds, and frees it. */
static void take_text(BIO *bio, char *text, size_t size)
{
    int length = BIO_read(bio, text, (int)size - 1);
    text[length > 0 ? length : 0] = 0;
    BIO_free(bio);
}

/* RFC 2253 escapes control characters: the name comes from the peer and goes into logs. */
static void subject_of(const X509 *certificate, char *text, size_t size)
{
    text[0] = 0;
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio) return;
    X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    take_text(bio, text, size);
}

static void time_text(const ASN1_TIME *time, char *text, size_t size)
{
    text[0] = 0;
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio) return;
    ASN1_TIME_print_ex(bio, time, ASN1_DTFLGS_ISO8601);
    take_text(bio, text, size);
}

static void describe_refusal(ctls_session *session, X509_STORE_CTX *store)
{
    int code = X509_STORE_CTX_get_error(store);
    int depth = X509_STORE_CTX_get_error_depth(store);
    const X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    char subject[NAME_SIZE] = "", time[TIME_SIZE] = "", detail[sizeof(session->peer) + TIME_SIZE] = "";
    if (certificate) subject_of(certificate, subject, sizeof(subject));
    if (certificate && code == X509_V_ERR_CERT_HAS_EXPIRED) {
        time_text(X509_get0_notAfter(certificate), time, sizeof(time));
        snprintf(detail, sizeof(detail), ", valid until %s", time);
    } else if (certificate && code == X509_V_ERR_CERT_NOT_YET_VALID) {
        time_text(X509_get0_notBefore(certificate), time, sizeof(time));
        snprintf(detail, sizeof(detail), ", valid from %s", time);
    } else if (code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        snprintf(detail, sizeof(detail), ", wanted %s", session->peer);
    }
    snprintf(session->error, sizeof(session->error), "%s certificate (%s) refused: %s%s",
             depth > 0 ? "an authority's" : "the peer's", subject, X509_verify_cert_error_string(code), detail);
}

static bool matches_pin(ctls_session *session, X509 *certificate)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1 || length != CTLS_PIN_SIZE) return false;
    if (CRYPTO_memcmp(digest, session->pin, CTLS_PIN_SIZE) == 0) return true;
    char shown[2 * CTLS_PIN_SIZE + 1], subject[NAME_SIZE];
    for (unsigned i = 0; i < CTLS_PIN_SIZE; i++) snprintf(shown + 2 * i, 3, "%02x", digest[i]);
    subject_of(certificate, subject, sizeof(subject));
    snprintf(session->error, sizeof(session->error),
             "the peer's certificate (%s) refused: its SHA-256 fingerprint is %s, not the pinned one", subject, shown);
    return false;
}

int verify_peer(X509_STORE_CTX *store, void *unused)
{
    (void)unused;
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    ctls_session *session = SSL_get_app_data(ssl);
    if (session->check_authority && X509_verify_cert(store) <= 0) {
        /* Without memory it fails and leaves no error behind. */
        if (X509_STORE_CTX_get_error(store) == X509_V_OK) X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
        describe_refusal(session, store);
        return 0;
    }
    if (session->has_pin && !matches_pin(session, X509_STORE_CTX_get0_cert(store))) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

void describe_errors(char *text, size_t size)
{
    const char *data = NULL;
    int flags = 0;
    unsigned long code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags);
    if (code == 0) {
        snprintf(text, size, "no reason given");
        return;
    }
    const char *reason = ERR_reason_error_string(code);
    char number[32];
    snprintf(number, sizeof(number), "error %08lx", code);
    /* Reasons of libssl from here on are alerts that the peer sent. */
    bool alert = ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET;
    bool has_data = (flags & ERR_TXT_STRING) && data && data[0];
    snprintf(text, size, "%s%s%s%s", alert ? "refused by the peer: " : "", reason ? reason : number,
             has_data ? ", " : "", has_data ? data : "");
    ERR_clear_error();
}
