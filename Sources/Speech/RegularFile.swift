// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Platform

/// Files as they are read and written here: whole, and without surprises. Any thread.
enum RegularFile {
    enum Content: Equatable {
        case bytes([UInt8])
        case absent
        case unreadable(reason: String)
    }

    /// A FIFO or a device is no sound: opening one must not wait.
    static func read(_ path: String, limit: Int) -> Content {
        guard !path.utf8.contains(0) else { return .absent }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .absent : .unreadable(reason: systemError(errno))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return status.st_mode & S_IFMT == S_IFDIR ? .absent : .unreadable(reason: "it is no regular file")
        }
        guard status.st_size <= limit else {
            return .unreadable(reason: "it is larger than \(limit >> 20) MiB")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return .unreadable(reason: "it changes while it is read") }
            done += count
        }
        return .bytes(bytes)
    }

    /// Whole or not at all, also across a loss of power. False: it could not be written.
    static func write(_ bytes: [UInt8], to path: String) -> Bool {
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return false }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            done += count
        }
        let isWhole = done == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWhole, rename(template, path) == 0 else {
            unlink(template)
            return false
        }
        return true
    }
}
