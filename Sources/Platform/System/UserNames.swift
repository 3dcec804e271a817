// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Login names by user id. Each is looked up once: the system's database may be far away.
@ControlActor package enum UserNames {
    private static var known: [UInt32: String] = [:]

    /// `uid 1007` for one that has no name.
    package static func name(of user: UInt32) -> String {
        if let name = known[user] { return name }
        let name = lookUp(user) ?? "uid \(user)"
        known[user] = name
        return name
    }

    private static func lookUp(_ user: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, let name = found?.pointee.pw_name else {
            return nil
        }
        return String(cString: name)
    }
}
