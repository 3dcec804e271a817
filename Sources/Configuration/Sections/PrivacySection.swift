// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[Privacy]`: how long personal data is kept.
    package struct Privacy: Equatable, Sendable {
        /// After the action has ended, citizens' numbers are purged.
        package var keepNumbersFor = Interval.minutes(90 * 24 * 60)

        package init() {}
    }
}

extension ConfigurationSchema {
    static var privacy: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Privacy",
            keys: [
                .value(
                    "KeepNumbersFor", \.privacy.keepNumbersFor,
                    .duration(.minutes(24 * 60) ... .minutes(3650 * 24 * 60)))
            ])
    }
}
