/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int checks_passed, checks_failed;
told heard_of;

void check(int ok, const char *file, int line, const char *what)
{
    if (ok) {
        checks_passed++;
        return;
    }
    checks_failed++;
    printf("%s:%d: failed: %s\n", file, line, what);
}

void check_equal(long long actual, long long expected, const char *file, int line, const char *what)
{
    if (actual == expected) {
        checks_passed++;
        return;
    }
    checks_failed++;
    printf("%s:%d: failed: %s is %lld, expected %lld\n", file, line, what, actual, expected);
}

static void on_key(uint64_t call, char digit, int64_t time_us)
{
    CHECK(time_us > 0 && time_us <= rtp_boot_us());
    heard_of.key_call = call;
    if (heard_of.keys < 255) heard_of.digits[heard_of.keys] = digit;
    heard_of.keys++;
}

static void on_ended(uint64_t call, uint32_t prompt, const rtp_media_stats *stats, int64_t time_us)
{
    CHECK(time_us > 0 && time_us <= rtp_boot_us());
    heard_of.ended++;
    heard_of.ended_call = call;
    heard_of.ended_prompt = prompt;
    heard_of.ended_stats = *stats;
}

static void on_released(uint32_t prompt)
{
    heard_of.released++;
    heard_of.released_prompt = prompt;
}

rtp_pump *make_pump(void)
{
    memset(&heard_of, 0, sizeof heard_of);
    rtp_pump_config config = {.key = on_key, .prompt_ended = on_ended, .prompt_released = on_released,
                              .port_first = PORT_FIRST, .port_last = PORT_LAST, .dscp = 46, .cpu = -1};
    rtp_pump *pump = rtp_pump_create(&config);
    if (!pump) {
        perror("rtp_pump_create");
        exit(2);
    }
    rtp_pump_tick(pump, 0); /* each of the twenty phases once in any 20 ms from here on */
    return pump;
}

void pass(rtp_pump *pump, int ms)
{
    while (ms-- > 0) rtp_pump_tick(pump, pump->now_ns + RTP_TICK_NS);
}

void jump_to(rtp_pump *pump, int64_t ms) { rtp_pump_tick(pump, ms * RTP_TICK_NS); }

struct sockaddr_storage loopback(int family, uint16_t port)
{
    struct sockaddr_storage address = {0};
    if (family == AF_INET6)
        *(struct sockaddr_in6 *)&address =
            (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    else
        *(struct sockaddr_in *)&address = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

static int bound_socket(int family, struct sockaddr_storage *address)
{
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    *address = loopback(family, 0);
    socklen_t size = sizeof *address;
    if (fd < 0 || bind(fd, (struct sockaddr *)address, rtp_address_size((struct sockaddr *)address)) < 0 ||
        getsockname(fd, (struct sockaddr *)address, &size) < 0) {
        perror("socket of the far end");
        exit(2);
    }
    return fd;
}

far_end make_far_end(int family)
{
    far_end end;
    end.fd = bound_socket(family, &end.address);
    end.rtcp_fd = bound_socket(family, &end.rtcp_address);
    return end;
}

void free_far_end(far_end *end)
{
    close(end->fd);
    close(end->rtcp_fd);
}

int next_datagram(int fd, uint8_t *data, size_t size)
{
    struct pollfd waits = {.fd = fd, .events = POLLIN};
    if (poll(&waits, 1, 200) < 1) return -1;
    return (int)recv(fd, data, size, 0);
}

int drain(int fd)
{
    uint8_t data[2048];
    int count = 0;
    while (recv(fd, data, sizeof data, MSG_DONTWAIT) >= 0) count++;
    return count;
}

bool next_packet(const far_end *end, rtp_packet *packet)
{
    static uint8_t data[2048];
    int size = next_datagram(end->fd, data, sizeof data);
    return size > 0 && rtp_parse(data, (size_t)size, packet);
}

void send_to_stream(const far_end *end, uint16_t port, const void *data, size_t size)
{
    struct sockaddr_storage to = loopback(end->address.ss_family, port);
    if (sendto(end->fd, data, size, 0, (struct sockaddr *)&to, rtp_address_size((struct sockaddr *)&to)) < 0) perror("sendto");
}

rtp_stream_parameters parameters_for(const far_end *end)
{
    return (rtp_stream_parameters){.remote = end->address, .remote_rtcp = end->rtcp_address,
                                   .codec = RTP_CODEC_PCMA, .payload_type = 8, .event_payload_type = 101,
                                   .remote_event_payload_type = 101, .may_send = true};
}

rtp_stream *start_stream(rtp_pump *pump, uint64_t call_id, const far_end *end, uint16_t *port)
{
    struct sockaddr_storage local = loopback(end->address.ss_family, 0);
    rtp_stream *stream = rtp_stream_open(pump, call_id, (struct sockaddr *)&local, port);
    if (!stream) {
        perror("rtp_stream_open");
        exit(2);
    }
    rtp_stream_parameters parameters = parameters_for(end);
    EQUAL(rtp_stream_set(stream, &parameters, true), 0);
    return stream;
}

size_t make_packet(uint8_t *data, uint8_t payload_type, bool marker, uint16_t sequence, uint32_t timestamp,
                   uint32_t ssrc, const void *payload, size_t size)
{
    rtp_write_header(data, payload_type, marker, sequence, timestamp, ssrc);
    memcpy(data + RTP_HEADER_SIZE, payload, size);
    return RTP_HEADER_SIZE + size;
}

int main(void)
{
    take_ports();
    packet_tests();
    event_tests();
    recording_tests();
    ports_tests();
    pool_tests();
    sending_tests();
    playing_tests();
    receiving_tests();
    report_tests();
    thread_tests();
    printf("%d passed, %d failed\n", checks_passed, checks_failed);
    return checks_failed > 0;
}
