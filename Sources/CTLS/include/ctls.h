/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * CTLS - TLS over memory, by OpenSSL 3.
 *
 * Knows no sockets: ciphertext from the network goes in with ctls_feed(), ciphertext for the network comes
 * out with ctls_take(). TLS 1.2 is the least that is spoken; there is no renegotiation and no resumption, so
 * the peer's certificate is looked at in every handshake.
 *
 * Nothing here blocks, except ctls_context_create(), which reads files. A context may be used from any
 * thread at once; a session from one at a time. Strings are NUL-terminated UTF-8 and copied on the way in.
 */
#ifndef CTLS_H
#define CTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of a SHA-256 fingerprint. */
#define CTLS_PIN_SIZE 32

/** What all sessions of one kind share: certificates, keys, what is asked of the peer. */
typedef struct ctls_context ctls_context;

/** One connection. */
typedef struct ctls_session ctls_session;

typedef enum {
    CTLS_DONE = 0,   /**< did all that was asked */
    CTLS_MORE = 1,   /**< waits for the peer: feed more */
    CTLS_CLOSED = 2, /**< the peer has sent close_notify; nothing follows */
    CTLS_FAILED = 3, /**< the session is over; ctls_error() says why. An alert for the peer may wait in ctls_take() */
} ctls_status;

typedef struct {
    bool server;
    /** A certificate of the peer is demanded and must lead to an authority. A client also holds it against the name. */
    bool check_authority;
    const char *authority_file;   /**< PEM, each certificate in it is trusted; NULL: the system's store */
    const char *certificate_file; /**< PEM, own certificate first, then its chain; NULL: none (a server needs one) */
    const char *key_file;         /**< PEM without passphrase; NULL: in certificate_file */
    /** CTLS_PIN_SIZE bytes: SHA-256 of the whole certificate (DER) the peer must show; NULL: any. */
    const uint8_t *pin;
} ctls_config;

/**
 * Reads the files named in config. NULL with the reason in error if one of them will not do, or if a client
 * would check neither authority nor pin.
 */
ctls_context *ctls_context_create(const ctls_config *config, char *error, size_t error_size);

/** Sessions made from it live on. NULL is allowed. */
void ctls_context_release(ctls_context *context);

/**
 * A client gives the host name or the IP address it means to reach: sent as SNI (names only) and held against
 * the certificate. NULL for a server. NULL with the reason in error, for example if the name cannot be one.
 */
ctls_session *ctls_session_create(const ctls_context *context, const char *peer, char *error, size_t error_size);

/** NULL is allowed. */
void ctls_session_release(ctls_session *session);

/** Takes ciphertext of the peer, all of it. False: no memory. */
bool ctls_feed(ctls_session *session, const void *bytes, size_t size);

/** Bytes of ciphertext that wait for the network. */
size_t ctls_output_size(const ctls_session *session);

/** Hands over at most size bytes of ciphertext for the network; returns how many. */
size_t ctls_take(ctls_session *session, void *buffer, size_t size);

/** Goes on with the handshake as far as what was fed allows. Take the output after it, whatever it returns. */
ctls_status ctls_handshake(ctls_session *session);

/**
 * Plaintext of as many records as are complete and fit; *size is the room, then the number of bytes written,
 * which counts whatever is returned. CTLS_DONE: the buffer is full, there may be more.
 */
ctls_status ctls_read(ctls_session *session, void *buffer, size_t *size);

/** Encrypts all of it. Only after the handshake. CTLS_DONE or CTLS_FAILED. */
ctls_status ctls_write(ctls_session *session, const void *bytes, size_t size);

/** Puts close_notify into the output, once, if the handshake was done and nothing has failed. */
void ctls_close(ctls_session *session);

/** Why the session failed: which certificate, or what OpenSSL has to say. "" before. Lives as long as the session. */
const char *ctls_error(const ctls_session *session);

/** Protocol and cipher, for example "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" before the handshake is done. */
const char *ctls_description(const ctls_session *session);

#ifdef __cplusplus
}
#endif

#endif
