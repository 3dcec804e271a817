// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ConfigurationSchema {
    static var numbers: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Numbers",
            keys: [
                .value("CountryCode", \.numbers.countryCode, .countryCode),
                .list("Allow", \.numbers.allowed, .numberPrefix),
                .list("TestNumbers", \.numbers.tests, .numberPrefix),
                .list("Refuse", \.numbers.refused, .numberPrefix, addsToDefault: true),
            ])
    }
}
