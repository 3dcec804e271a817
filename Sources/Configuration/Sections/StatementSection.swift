// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[Statement]`: what stands on every billing statement.
    package struct StatementHeading: Equatable, Sendable {
        /// Who bills, e.g. `Politie, eenheid Den Haag`; "": nothing.
        package var issuer = ""
        /// Lines below it: address, numbers of the chamber of commerce and of VAT.
        package var details: [String] = []

        package init() {}
    }
}

extension ConfigurationSchema {
    static var statement: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Statement",
            keys: [
                .value("Issuer", \.statement.issuer, .text(maximum: 100)),
                .list("Details", \.statement.details, .phrase(maximum: 100)),
            ])
    }
}
