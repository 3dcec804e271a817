/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Socket pairs that go from call to call: what one call's far end sends must never count for the next. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { REST_MS = 3000, IDLE_MS = 60000 };

static rtp_stream *open_on(rtp_pump *pump, int family, uint16_t *port)
{
    struct sockaddr_storage local = loopback(family, 0);
    return rtp_stream_open(pump, 1, (struct sockaddr *)&local, port);
}

static void send_key(const far_end *end, uint16_t port, uint8_t event, uint32_t timestamp)
{
    uint8_t payload[4], data[16];
    rtp_write_event(payload, event, false, 160);
    send_to_stream(end, port, data, make_packet(data, 101, true, 1, timestamp, 1, payload, 4));
}

static void send_audio(const far_end *end, uint16_t port)
{
    uint8_t payload[RTP_FRAME_SIZE] = {0}, data[RTP_HEADER_SIZE + RTP_FRAME_SIZE];
    send_to_stream(end, port, data, make_packet(data, 8, false, 1, 160, 1, payload, sizeof payload));
}

static void a_pair_rests_and_is_used_again(void)
{
    rtp_pump *pump = make_pump();
    uint16_t first, second, third;
    rtp_stream *stream = open_on(pump, AF_INET, &first);
    int fd = stream->sockets->fd;
    rtp_stream_close(stream, NULL, NULL, NULL);
    EQUAL(pump->pool.count, 1);
    pass(pump, REST_MS - 1);
    rtp_stream *other = open_on(pump, AF_INET, &second);
    CHECK(second != first);
    pass(pump, 1);
    stream = open_on(pump, AF_INET, &third);
    EQUAL(third, first);
    EQUAL(stream->sockets->fd, fd);
    EQUAL(pump->pool.count, 0);
    rtp_stream_close(other, NULL, NULL, NULL);
    rtp_stream_close(stream, NULL, NULL, NULL);
    EQUAL(pump->pool.count, 2);
    rtp_pump_stop(pump);
    EQUAL(fcntl(fd, F_GETFD), -1);
}

/* The former far end goes on with audio and keys: while the pair rests, while the next call rings and afterwards. */
static void the_former_far_end_is_not_heard(void)
{
    rtp_pump *pump = make_pump();
    far_end former = make_far_end(AF_INET), next = make_far_end(AF_INET);
    uint16_t port, again;
    rtp_stream *stream = start_stream(pump, 1, &former, &port);
    rtp_stream_record(stream, 10000);
    pass(pump, 20);
    rtp_stream_close(stream, NULL, NULL, NULL);
    send_key(&former, port, 1, 1000);
    for (int i = 0; i < 5; i++) send_audio(&former, port);
    pass(pump, REST_MS);
    send_key(&former, port, 2, 2000);

    struct sockaddr_storage local = loopback(AF_INET, 0);
    stream = rtp_stream_open(pump, 2, (struct sockaddr *)&local, &again);
    EQUAL(again, port);
    rtp_stream_record(stream, 10000);
    send_key(&former, port, 3, 3000);
    send_audio(&former, port);
    rtp_stream_parameters parameters = parameters_for(&next);
    EQUAL(rtp_stream_set(stream, &parameters, true), 0);
    send_key(&former, port, 4, 4000);
    send_audio(&former, port);
    send_key(&next, port, 5, 5000);
    pass(pump, 60);
    EQUAL(heard_of.keys, 1);
    EQUAL(heard_of.digits[0], '5');
    EQUAL(heard_of.key_call, 2);
    rtp_media_stats stats;
    uint8_t *recording;
    size_t length;
    rtp_stream_close(stream, &stats, &recording, &length);
    EQUAL(stats.packets_received, 1);
    EQUAL(stats.send_errors, 0);
    CHECK(recording == NULL);
    rtp_pump_stop(pump);
    free_far_end(&former);
    free_far_end(&next);
}

/* A media gateway calls from the same port again: what belongs to its former call is thrown away all the same. */
static void the_same_far_end_begins_anew(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port, again;
    rtp_stream_close(start_stream(pump, 1, &end, &port), NULL, NULL, NULL);
    send_key(&end, port, 1, 1000);
    pass(pump, REST_MS);
    rtp_stream *stream = start_stream(pump, 2, &end, &again);
    EQUAL(again, port);
    send_key(&end, port, 2, 2000);
    pass(pump, 60);
    EQUAL(heard_of.keys, 1);
    EQUAL(heard_of.digits[0], '2');
    EQUAL(stream->received, 1);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void errors_stay_with_their_call(void)
{
    rtp_pump *pump = make_pump();
    far_end gone = make_far_end(AF_INET), end = make_far_end(AF_INET);
    uint16_t port, again;
    rtp_stream *stream = start_stream(pump, 1, &gone, &port);
    free_far_end(&gone);
    pass(pump, 20); /* sent; ICMP's answer waits in the socket */
    rtp_stream_close(stream, NULL, NULL, NULL);
    pass(pump, REST_MS);
    stream = start_stream(pump, 2, &end, &again);
    EQUAL(again, port);
    pass(pump, 60);
    rtp_media_stats stats;
    rtp_stream_close(stream, &stats, NULL, NULL);
    EQUAL(stats.send_errors, 0);
    EQUAL(stats.packets_sent, 3);
    EQUAL(drain(end.fd), 3);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void a_filter_is_attached_when_it_changes(void)
{
    rtp_pump *pump = make_pump();
    far_end end = make_far_end(AF_INET);
    uint16_t port;
    rtp_stream *stream = start_stream(pump, 1, &end, &port);
    rtp_pair *sockets = stream->sockets;
    EQUAL(sockets->audio_filter, RTP_NO_PAYLOAD);
    EQUAL(sockets->event_filter, 101);
    rtp_stream_record(stream, 1000);
    EQUAL(sockets->audio_filter, 8);
    rtp_stream_parameters parameters = parameters_for(&end);
    parameters.event_payload_type = 96;
    parameters.remote_event_payload_type = 97;
    EQUAL(rtp_stream_set(stream, &parameters, false), 0);
    EQUAL(sockets->event_filter, 96);
    EQUAL(sockets->remote_event_filter, 97);
    rtp_stream_close(stream, NULL, NULL, NULL);
    EQUAL(sockets->audio_filter, RTP_NO_PAYLOAD); /* what is said after the end does not wait in the socket */
    send_audio(&end, port);
    EQUAL(drain(sockets->fd), 0);
    pass(pump, REST_MS);
    stream = start_stream(pump, 2, &end, &port);
    CHECK(stream->sockets == sockets);
    EQUAL(sockets->event_filter, 101);
    EQUAL(sockets->remote_event_filter, 101);
    send_key(&end, port, 7, 1000);
    pass(pump, 60);
    EQUAL(heard_of.keys, 1);
    rtp_pump_stop(pump);
    free_far_end(&end);
}

static void what_nobody_wants_is_closed(void)
{
    rtp_pump *pump = make_pump();
    rtp_stream *streams[10];
    uint16_t port;
    for (int i = 0; i < 10; i++) streams[i] = open_on(pump, AF_INET, &port);
    for (int i = 0; i < 10; i++) rtp_stream_close(streams[i], NULL, NULL, NULL);
    EQUAL(pump->pool.count, 10);
    pass(pump, IDLE_MS);
    /* Each call that ends closes two of them beside its own, which it parks. */
    for (int calls = 0; calls < 3; calls++) rtp_stream_close(open_on(pump, AF_INET, &port), NULL, NULL, NULL);
    EQUAL(pump->pool.count, 4);
    CHECK(!rtp_pool_close_idle(pump)); /* as the resting thread does it */
    EQUAL(pump->pool.count, 3);
    pass(pump, IDLE_MS);
    CHECK(rtp_pool_close_idle(pump));
    /* Not more than there are descriptors for. */
    pump->pool.limit = 2;
    for (int i = 0; i < 3; i++) streams[i] = open_on(pump, AF_INET, &port);
    for (int i = 0; i < 3; i++) rtp_stream_close(streams[i], NULL, NULL, NULL);
    EQUAL(pump->pool.count, 2);
    EQUAL(pump->port_count, pump->port_capacity - 2);
    rtp_pump_stop(pump);
}

static void without_descriptors_a_pair_need_not_rest(void)
{
    rtp_pump *pump = make_pump();
    uint16_t port, again;
    rtp_stream_close(open_on(pump, AF_INET, &port), NULL, NULL, NULL);
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    rtp_stream *stream = open_on(pump, AF_INET, &again);
    rtp_stream *other = open_on(pump, AF_INET, &again);
    int reason = errno;
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(stream != NULL);
    EQUAL(again, port);
    CHECK(other == NULL);
    EQUAL(reason, EMFILE);
    rtp_pump_stop(pump);
}

/* Descriptors that are left are others': the journal's, clients'. */
static void no_more_pairs_are_open_than_may_be(void)
{
    rtp_pump_config config = {.port_first = PORT_FIRST, .port_last = PORT_LAST, .most_pairs = 2, .cpu = -1};
    rtp_pump *pump = rtp_pump_create(&config);
    uint16_t port, again;
    rtp_stream *one = open_on(pump, AF_INET, &port), *other = open_on(pump, AF_INET, &again);
    CHECK(one && other);
    errno = 0;
    CHECK(open_on(pump, AF_INET, &again) == NULL);
    EQUAL(errno, EMFILE);
    rtp_stream_close(one, NULL, NULL, NULL);
    /* One that has hardly rested takes its place, on another address too. */
    struct sockaddr_storage local = loopback(AF_INET, 0);
    ((struct sockaddr_in *)&local)->sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    rtp_stream *third = rtp_stream_open(pump, 3, (struct sockaddr *)&local, &again);
    CHECK(third != NULL);
    EQUAL(pump->pool.open, 2);
    rtp_stream_close(other, NULL, NULL, NULL);
    rtp_stream_close(third, NULL, NULL, NULL);
    EQUAL(pump->pool.open, 2);
    rtp_pump_stop(pump);
}

static void addresses_do_not_mix(void)
{
    rtp_pump_config config = {.port_first = SPARE_PORT + 1, .port_last = SPARE_PORT + 4, .cpu = -1};
    rtp_pump *pump = rtp_pump_create(&config);
    uint16_t ports[2], port;
    rtp_stream *one = open_on(pump, AF_INET, &ports[0]), *other = open_on(pump, AF_INET, &ports[1]);
    rtp_stream_close(one, NULL, NULL, NULL);
    /* No port is left: the pair that rests on the other address makes room. */
    struct sockaddr_storage local = loopback(AF_INET, 0);
    ((struct sockaddr_in *)&local)->sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    rtp_stream *third = rtp_stream_open(pump, 3, (struct sockaddr *)&local, &port);
    CHECK(third != NULL);
    EQUAL(port, ports[0]);
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    EQUAL(getsockname(third->sockets->fd, (struct sockaddr *)&bound, &size), 0);
    CHECK(rtp_host_equal((struct sockaddr *)&bound, (struct sockaddr *)&local));
    errno = 0;
    CHECK(rtp_stream_open(pump, 4, (struct sockaddr *)&local, &port) == NULL);
    EQUAL(errno, EADDRINUSE);
    rtp_stream_close(other, NULL, NULL, NULL);
    rtp_stream_close(third, NULL, NULL, NULL);
    EQUAL(pump->pool.count, 2);
    rtp_pump_stop(pump);
}

void pool_tests(void)
{
    a_pair_rests_and_is_used_again();
    the_former_far_end_is_not_heard();
    the_same_far_end_begins_anew();
    errors_stay_with_their_call();
    a_filter_is_attached_when_it_changes();
    what_nobody_wants_is_closed();
    without_descriptors_a_pair_need_not_rest();
    no_more_pairs_are_open_than_may_be();
    addresses_do_not_mix();
}
