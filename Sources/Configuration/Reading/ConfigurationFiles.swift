// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Glibc

/// What the loader asks of the file system: the only file of this module that touches it. Everything blocks.
enum ConfigurationFiles {
    enum Folder {
        case names([String])
        case absent
        case unreadable(reason: String)
    }

    /// Whole; the error says why not, to be put behind the file's name.
    static func contents(of file: String, limit: Int) -> Result<[UInt8], ValueError> {
        // A FIFO must not hold the daemon up.
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(ValueError("cannot be read: \(reason(errno))")) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            return .failure(ValueError("cannot be read: not a file"))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(ValueError("cannot be read: \(reason(errno))")) }
            if count == 0 { return .success(bytes) }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else {
                return .failure(ValueError("is too long: more than \(limit) bytes"))
            }
        }
    }

    /// Of the files in a folder that need not be there.
    static func folder(_ path: String) -> Folder {
        guard let handle = opendir(path) else {
            return errno == ENOENT ? .absent : .unreadable(reason: reason(errno))
        }
        closedir(handle)
        do {
            return .names(try FileManager.default.contentsOfDirectory(atPath: path))
        } catch {
            return .unreadable(reason: "\(error)")
        }
    }

    /// Of the files in a folder that should be there.
    ///
    /// - Throws: What Foundation says when it cannot be read.
    static func names(in folder: String) throws(ValueError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw ValueError(error.localizedDescription)
        }
    }

    /// Whether others than owner and group may do anything with it.
    static func isOpenToEverybody(_ file: String) -> Bool {
        var information = stat()
        return stat(file, &information) == 0 && information.st_mode & 0o007 != 0
    }

    static func exists(_ file: String) -> Bool { access(file, F_OK) == 0 }

    static func isExecutable(_ file: String) -> Bool { access(file, X_OK) == 0 }

    /// Absolute, without `.` and `..`.
    static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    /// strerror(3) is thread-safe since glibc 2.32.
    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
