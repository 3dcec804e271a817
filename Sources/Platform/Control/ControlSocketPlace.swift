// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// The place of a control socket in the file system, taken before anything is done that a second daemon must not do.
///
/// A lock beside it (`control.sock.lock`) keeps two daemons that start together from taking it from each
/// other; the kernel gives the lock up when its process is gone, however it went.
package final class ControlSocketPlace: Sendable {
    let path: String
    let address: UnixAddress
    let groupID: gid_t?
    private let lock: Int32

    /// Removes the socket that a dead process left. The directory must exist.
    ///
    /// - Throws: ``ControlSocketError``
    package init(path: String, group: String?) throws(ControlSocketError) {
        (address, groupID) = try Self.look(path, group)
        self.path = path
        lock = try Self.takeLock(path)
        do throws(ControlSocketError) {
            try Self.removeStale(path, address)
        } catch {
            Glibc.close(lock)
            throw error
        }
    }

    deinit { Glibc.close(lock) }

    /// What can be known without touching the file system.
    package static func check(path: String, group: String?) throws(ControlSocketError) { _ = try look(path, group) }

    private static func look(_ path: String, _ group: String?) throws(ControlSocketError) -> (UnixAddress, gid_t?) {
        guard let address = UnixAddress(path: path) else { throw .pathTooLong(path) }
        return (address, try group.map(groupID(of:)))
    }

    private static func takeLock(_ path: String) throws(ControlSocketError) -> Int32 {
        let name = path + ".lock"
        let lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw .failed(operation: "open", path: name, reason: systemError(errno)) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            Glibc.close(lock)
            if code == EWOULDBLOCK { throw .alreadyServed(path: path) }
            throw .failed(operation: "lock", path: name, reason: systemError(code))
        }
        return lock
    }

    /// A socket that a dead process left refuses connections; one that takes them is somebody's.
    private static func removeStale(_ path: String, _ address: UnixAddress) throws(ControlSocketError) {
        var information = stat()
        guard lstat(path, &information) == 0 else {
            if errno == ENOENT { return }
            throw .failed(operation: "look up", path: path, reason: systemError(errno))
        }
        guard information.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = UnixAddress.makeSocket(SOCK_STREAM)
        guard probe >= 0 else { throw .failed(operation: "socket", path: path, reason: systemError(errno)) }
        defer { Glibc.close(probe) }
        let code = address.withSocketAddress { connect(probe, $0, $1) == 0 ? 0 : errno }
        switch code {
        case ECONNREFUSED:
            guard Glibc.unlink(path) == 0 || errno == ENOENT else {
                throw .failed(operation: "remove the stale socket", path: path, reason: systemError(errno))
            }
        case 0, EAGAIN, EPROTOTYPE:
            throw .alreadyServed(path: path)
        default:
            throw .failed(operation: "connect", path: path, reason: systemError(code))
        }
    }

    private static func groupID(of name: String) throws(ControlSocketError) -> gid_t {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 64 << 10)
        let code = getgrnam_r(name, &entry, &buffer, buffer.count, &found)
        guard code == 0, found != nil else { throw .unknownGroup(name) }
        return entry.gr_gid
    }
}
