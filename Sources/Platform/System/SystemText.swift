// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What the C library says of an `errno`, for example "Permission denied". Any thread.
package func systemError(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    return strerror_r(code, &buffer, buffer.count) == 0 ? systemString(buffer) : "error \(code)"
}

/// The bytes of a C buffer up to its NUL; what is not UTF-8 in it is replaced.
package func systemString(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
