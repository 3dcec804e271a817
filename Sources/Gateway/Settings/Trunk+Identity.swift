// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import GatewayCore

/// What makes a trunk of the same name another one, as texts to be compared.
extension GatewayConfiguration.Trunk {
    /// Where it is, and as whom we come to it: with another one its addresses, its registration and all that was learned
    /// of it are another trunk's.
    var place: String {
        let secret = password.map { hexadecimal(SHA256.hash($0.text.utf8)) } ?? ""
        let registration = register ? "\(registerUser ?? "") \(registerExpires.microseconds)" : ""
        let account = [username ?? "", secret, realm ?? "", registration]
        return "\(host) \(port ?? 0) \(transport) \(addresses) \(account)"
    }

    /// How it is spoken to, its contract left out: what it refused, it may take when it is spoken to otherwise.
    var manner: String {
        var spoken = self
        spoken.password = nil
        let alone = GatewayConfiguration.Trunk(name: name, host: host, callsPerSecond: 1, channels: 1)
        (spoken.callsPerSecond, spoken.channels) = (alone.callsPerSecond, alone.channels)
        (spoken.priority, spoken.weight, spoken.cost) = (alone.priority, alone.weight, alone.cost)
        spoken.rampUp = alone.rampUp
        return "\(spoken)"
    }
}
