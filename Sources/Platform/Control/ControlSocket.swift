// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Why the control socket cannot be opened.
package enum ControlSocketError: Error, Equatable, Sendable, CustomStringConvertible {
    case pathTooLong(String)
    /// Another daemon answers there.
    case alreadyServed(path: String)
    /// Something that is no socket has the name; it is left alone.
    case notASocket(path: String)
    case unknownGroup(String)
    case failed(operation: String, path: String, reason: String)

    package var description: String {
        switch self {
        case .pathTooLong(let path): "\(path): the path is too long for a socket"
        case .alreadyServed(let path): "\(path): another burgernetd is running and answers there; stop it first"
        case .notASocket(let path): "\(path): exists and is no socket; remove it"
        case .unknownGroup(let name): "[Gateway] ControlGroup: there is no group \"\(name)\""
        case .failed(let operation, let path, let reason): "\(path): \(operation): \(reason)"
        }
    }
}

/// A listening socket with its place in the file system.
///
/// A lock beside it (`control.sock.lock`) keeps two daemons that start together from taking it from each
/// other; the kernel gives the lock up when its process is gone, however it went.
final class ControlSocket {
    let descriptor: Int32
    private let path: String
    private let lock: Int32
    /// Whether a file of the path's name is still this socket's.
    private let identity: FileIdentity?
    private var isClosed = false

    private struct FileIdentity: Equatable {
        var device: UInt64
        var inode: UInt64

        init?(path: String) {
            var information = stat()
            guard lstat(path, &information) == 0 else { return nil }
            device = UInt64(information.st_dev)
            inode = UInt64(information.st_ino)
        }
    }

    private static let mode: mode_t = 0o660

    init(path: String, group: String?) throws(ControlSocketError) {
        guard let address = UnixAddress(path: path) else { throw .pathTooLong(path) }
        let groupID = try group.map(Self.groupID(of:))
        let lock = try Self.takeLock(path)
        do throws(ControlSocketError) {
            try Self.removeStale(path, address)
            descriptor = try Self.listen(path, address, groupID)
        } catch {
            Glibc.close(lock)
            throw error
        }
        self.path = path
        self.lock = lock
        identity = FileIdentity(path: path)
    }

    /// Takes the name away, unless somebody else has it by now.
    func unlink() {
        guard let identity, FileIdentity(path: path) == identity else { return }
        Glibc.unlink(path)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        // The poller's thread may hold it a moment longer; clients are refused at once.
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
        Glibc.close(lock)
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

    private static func listen(_ path: String, _ address: UnixAddress, _ group: gid_t?) throws(ControlSocketError)
        -> Int32
    {
        let descriptor = UnixAddress.makeSocket(SOCK_STREAM)
        guard descriptor >= 0 else { throw .failed(operation: "socket", path: path, reason: systemError(errno)) }
        func check(_ operation: String, _ result: Int32) throws(ControlSocketError) {
            guard result != 0 else { return }
            let reason = systemError(errno)
            Glibc.close(descriptor)
            throw .failed(operation: operation, path: path, reason: reason)
        }
        // The new file takes its mode from the socket: at no time is it open to more than 0660.
        try check("set the mode", fchmod(descriptor, mode))
        try check("bind", address.withSocketAddress { bind(descriptor, $0, $1) })
        if let group { try check("give to the group of [Gateway] ControlGroup", lchown(path, uid_t.max, group)) }
        // bind(2) took the umask off.
        try check("set the mode", chmod(path, mode))
        try check("listen", Glibc.listen(descriptor, 128))
        return descriptor
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
