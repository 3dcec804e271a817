// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[Account GM0513]`: a municipality, or another that pays.
    public struct Account: Equatable, Sendable {
        /// As recipients and actions name it, e.g. `GM0513`.
        public var code: String
        /// On statements; "": the code alone.
        public var name = ""
        /// nil: not known.
        public var inhabitants: Int?

        public init(code: String, name: String = "", inhabitants: Int? = nil) {
            self.code = code
            self.name = name
            self.inhabitants = inhabitants
        }
    }

    /// `[Statement]`: what stands on every billing statement.
    public struct StatementHeading: Equatable, Sendable {
        /// Who bills, e.g. `Politie, eenheid Den Haag`; "": nothing.
        public var issuer = ""
        /// Lines below it: address, numbers of the chamber of commerce and of VAT.
        public var details: [String] = []

        public init() {}
    }

    public func account(_ code: String) -> Account? { accounts.first { $0.code == code } }
}

/// The sections of those who pay.
extension ConfigurationSchema {
    static let accountKind = "Account"

    static var statement: PlainSection {
        PlainSection(
            kind: "Statement",
            keys: [
                .value("Issuer", \.statement.issuer, .text(maximum: 100)),
                .list("Details", \.statement.details, .phrase(maximum: 100)),
            ])
    }

    static var accountKeys: [ConfigurationKey<GatewayConfiguration.Account>] {
        [
            .value("Name", \.name, .text(maximum: 100)),
            .value("Inhabitants", \.inhabitants, ValueReader<Int>.integer(1...100_000_000).optional),
        ]
    }
}
