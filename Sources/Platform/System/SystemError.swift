// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What the C library says of an `errno`, for example "Permission denied".
package func systemError(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // strerror(3) is not thread-safe.
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
