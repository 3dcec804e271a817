/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <errno.h>
#include <unistd.h>

static rtp_pump *pump_with(uint16_t first, uint16_t last)
{
    rtp_pump_config config = {.port_first = first, .port_last = last, .cpu = -1};
    return rtp_pump_create(&config);
}

static rtp_stream *open_stream(rtp_pump *pump, uint16_t *port)
{
    struct sockaddr_storage local = loopback(AF_INET, 0);
    return rtp_stream_open(pump, 1, (struct sockaddr *)&local, port);
}

static void a_range_is_used_up_and_comes_back(void)
{
    rtp_pump *pump = pump_with(SPARE_PORT, SPARE_PORT + 8); /* four pairs */
    rtp_stream *streams[4];
    uint16_t ports[4], port = 0;
    unsigned seen = 0;
    for (int i = 0; i < 4; i++) {
        streams[i] = open_stream(pump, &ports[i]);
        CHECK(streams[i] != NULL);
        EQUAL(ports[i] % 2, 0);
        CHECK(ports[i] >= SPARE_PORT + 1 && ports[i] <= SPARE_PORT + 7);
        seen |= 1u << (ports[i] - (SPARE_PORT + 1)) / 2;
    }
    EQUAL(seen, 15);
    errno = 0;
    CHECK(open_stream(pump, &port) == NULL);
    EQUAL(errno, EADDRINUSE);

    /* What was freed first is used first: a pair rests as long as it can. */
    rtp_stream_close(streams[2], NULL, NULL, NULL);
    rtp_stream_close(streams[0], NULL, NULL, NULL);
    streams[2] = open_stream(pump, &port);
    EQUAL(port, ports[2]);
    streams[0] = open_stream(pump, &port);
    EQUAL(port, ports[0]);
    rtp_pump_stop(pump); /* closes what is open */
}

static void a_pair_that_others_use_is_passed_over(void)
{
    rtp_pump *pump = pump_with(SPARE_PORT, SPARE_PORT + 8);
    rtp_stream *streams[4];
    uint16_t ports[4], port = 0;
    struct sockaddr_storage local = loopback(AF_INET, SPARE_PORT + 4);
    int other = rtp_socket_open((struct sockaddr *)&local, SPARE_PORT + 4, 2048, 0);
    CHECK(other >= 0);
    for (int i = 0; i < 3; i++) {
        streams[i] = open_stream(pump, &ports[i]);
        CHECK(streams[i] != NULL && ports[i] != SPARE_PORT + 3);
    }
    CHECK(open_stream(pump, &port) == NULL);
    close(other);
    streams[3] = open_stream(pump, &port);
    EQUAL(port, SPARE_PORT + 3);
    rtp_pump_stop(pump);
}

static void a_port_of_before_is_had_again(void)
{
    rtp_pump *pump = pump_with(SPARE_PORT, SPARE_PORT + 8); /* four pairs: + 1, 3, 5, 7 */
    struct sockaddr_storage local = loopback(AF_INET, 0);
    const struct sockaddr *any = (struct sockaddr *)&local;
    rtp_stream *one = rtp_stream_open_at(pump, 1, any, SPARE_PORT + 5);
    CHECK(one != NULL);
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    EQUAL(getsockname(one->sockets->fd, (struct sockaddr *)&bound, &size), 0);
    EQUAL(ntohs(((struct sockaddr_in *)&bound)->sin_port), SPARE_PORT + 5);
    /* Ours, of no pair, and not of the range. */
    for (int port = SPARE_PORT + 5; port <= SPARE_PORT + 9; port += port == SPARE_PORT + 5 ? 1 : 3) {
        errno = 0;
        CHECK(rtp_stream_open_at(pump, 2, any, (uint16_t)port) == NULL);
        EQUAL(errno, EADDRINUSE);
    }
    /* Another program's, which may give it back. */
    int other = rtp_socket_open(any, SPARE_PORT + 4, 2048, 0);
    CHECK(other >= 0);
    CHECK(rtp_stream_open_at(pump, 2, any, SPARE_PORT + 3) == NULL);
    close(other);
    /* The others take what is left, each once. */
    unsigned seen = 0;
    for (int i = 0; i < 3; i++) {
        uint16_t port = 0;
        CHECK(open_stream(pump, &port) != NULL);
        seen |= 1u << (port - (SPARE_PORT + 1)) / 2;
    }
    EQUAL(seen, 11);
    uint16_t port = 0;
    CHECK(open_stream(pump, &port) == NULL);
    rtp_stream_close(one, NULL, NULL, NULL);
    CHECK(open_stream(pump, &port) != NULL);
    EQUAL(port, SPARE_PORT + 5);
    rtp_pump_stop(pump);
}

static void ranges_without_a_pair_are_refused(void)
{
    CHECK(pump_with(SPARE_PORT + 2, SPARE_PORT + 3) == NULL);
    EQUAL(errno, EINVAL);
    CHECK(pump_with(SPARE_PORT + 3, SPARE_PORT + 3) == NULL);
    CHECK(pump_with(SPARE_PORT + 9, SPARE_PORT + 1) == NULL);
}

static void the_start_is_random(void)
{
    unsigned first = 0;
    bool differs = false;
    for (int i = 0; i < 8; i++) {
        rtp_pump *pump = pump_with(20000, 60000);
        unsigned port = rtp_port_take(pump);
        differs |= i > 0 && port != first;
        first = port;
        rtp_pump_stop(pump);
    }
    CHECK(differs);
}

static void an_address_that_is_not_ours_says_so(void)
{
    rtp_pump *pump = pump_with(SPARE_PORT, SPARE_PORT + 8);
    struct sockaddr_storage local = {0};
    *(uint16_t *)&local = AF_UNIX;
    uint16_t port;
    CHECK(rtp_stream_open(pump, 1, (struct sockaddr *)&local, &port) == NULL);
    CHECK(errno != EADDRINUSE);
    rtp_pump_stop(pump);
}

void ports_tests(void)
{
    a_range_is_used_up_and_comes_back();
    a_pair_that_others_use_is_passed_over();
    a_port_of_before_is_had_again();
    ranges_without_a_pair_are_refused();
    the_start_is_random();
    an_address_that_is_not_ours_says_so();
}
