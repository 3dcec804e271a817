// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// The system's clock.
func currentTime() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
}
