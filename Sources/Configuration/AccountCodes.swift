// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The codes of accounts that the configuration and its tariffs name, to be asked whether another code is one of them in
/// another writing: budgets and tariffs go by the exact code, and would not see it.
package struct AccountCodes: Sendable {
    private var known: Set<String> = []
    /// By ``plain(_:)``, and by name.
    private var codes: [String: String] = [:]

    package init(_ configuration: GatewayConfiguration) {
        let charged = configuration.tariffs.filter { $0.side == .charge }.flatMap(\.subjects)
        for code in configuration.accounts.map(\.code) + charged where known.insert(code).inserted {
            let plain = Self.plain(code)
            codes[plain] = min(code, codes[plain] ?? code)
        }
        for account in configuration.accounts where !account.name.isEmpty {
            let name = Self.plain(account.name)
            if codes[name] == nil { codes[name] = account.code }
        }
    }

    /// The known code that this one differs from only in case, zeros, signs or `GM` in front, or whose account has this
    /// name; nil: it is known itself, or like none.
    package func known(insteadOf code: String) -> String? {
        guard !codes.isEmpty, !code.isEmpty, !known.contains(code) else { return nil }
        return codes[Self.plain(code)]
    }

    /// `GM0513`, `gm-0513`, `0513` and `513` alike.
    private static func plain(_ code: String) -> String {
        let letters = code.lowercased().filter { !".-_ ".contains($0) }
        let digits = letters.hasPrefix("gm") ? letters.dropFirst(2) : letters[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return letters }
        return String(digits.drop { $0 == "0" })
    }
}

/// What is said of a code that is another one's in another writing.
package struct MistakenAccount: Error, Equatable, Sendable, CustomStringConvertible {
    package var code: String
    /// The one that is probably meant.
    package var known: String

    package init(code: String, known: String) {
        self.code = code
        self.known = known
    }

    package var description: String {
        "there is no account \"\(code)\", but \(known): is that meant? (allow-unknown-accounts takes it as it is written)"
    }
}
