// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A Unix socket's address: a path, or an abstract name.
struct UnixAddress: Equatable, Sendable {
    /// As in `sun_path`: an abstract name starts with a zero byte, a path ends with one.
    private let name: [UInt8]

    private static let capacity = MemoryLayout.size(ofValue: sockaddr_un().sun_path)

    /// nil: empty or too long.
    init?(path: String) {
        guard !path.isEmpty, path.utf8.count < Self.capacity, !path.utf8.contains(0) else { return nil }
        self.init(name: Array(path.utf8) + [0])
    }

    private init(name: [UInt8]) { self.name = name }

    /// `/path` or `@abstract`, as in `$NOTIFY_SOCKET`.
    init?(notifySocket text: String) {
        guard text.utf8.count > 1 else { return nil }
        if text.hasPrefix("@") {
            guard text.utf8.count <= Self.capacity else { return nil }
            self.init(name: [0] + Array(text.utf8.dropFirst()))
        } else if text.hasPrefix("/") {
            self.init(path: text)
        } else {
            return nil
        }
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2) + socklen_t(name.count)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// A non-blocking socket that children do not inherit; -1 and `errno` when there is none.
    static func makeSocket(_ type: __socket_type) -> Int32 {
        let flags = SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        return socket(AF_UNIX, Int32(type.rawValue | flags), 0)
    }
}
