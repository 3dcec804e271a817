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

/// A listening socket at its place in the file system.
final class ControlSocket {
    let descriptor: Int32
    private let path: String
    /// nil: given up.
    private var place: ControlSocketPlace?
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

    convenience init(path: String, group: String?) throws(ControlSocketError) {
        try self.init(ControlSocketPlace(path: path, group: group))
    }

    init(_ place: ControlSocketPlace) throws(ControlSocketError) {
        descriptor = try Self.listen(place.path, place.address, place.groupID)
        self.place = place
        path = place.path
        identity = FileIdentity(path: place.path)
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
        place = nil
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
}
