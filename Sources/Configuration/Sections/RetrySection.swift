// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ConfigurationSchema {
    static var retry: ConfigurationSection<GatewayConfiguration> {
        let delay = ValueReader<Interval>.duration(.seconds(1) ... .minutes(24 * 60))
        return ConfigurationSection(
            kind: "Retry",
            keys: [
                .list("Busy", \.retry.busy, delay),
                .list("Unavailable", \.retry.unavailable, delay),
                .list("NoAnswer", \.retry.noAnswer, delay),
                .list("Unreachable", \.retry.unreachable, delay),
                .list("Congestion", \.retry.congestion, delay),
                .value("CongestionLimit", \.retry.congestionLimit, .integer(1...1000)),
                .value("AuthenticationRetry", \.authenticationRetry, delay),
            ])
    }
}
