// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension CAPAlert.Reference {
    /// The action that an alert becomes: the same alert always has the same, so that submitting it again does nothing, and
    /// a reference leads to the action of the alert that it names.
    ///
    /// `cap-`, what can be read of the identifier, and 64 bits of a hash of sender, identifier and sent as a moment.
    package var action: ActionID {
        get throws {
            let digest = SHA256.hexDigest(of: Array("\(sender)\u{0}\(identifier)\u{0}\(sent)".utf8))
            let readable = identifier.unicodeScalars.prefix(43).map { scalar in
                scalar.isPlain && isIdentifier("a\(scalar)") ? String(Character(scalar)) : "-"
            }
            return try ActionID("cap-\(readable.joined())-\(digest.prefix(16))")
        }
    }
}
