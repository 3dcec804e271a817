// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Text out of C.
enum SystemText {
    /// The system's words for an errno; safe on any thread.
    static func error(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        return strerror_r(code, &buffer, buffer.count) == 0 ? string(buffer) : "error \(code)"
    }

    /// A buffer's bytes up to NUL.
    static func string(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
