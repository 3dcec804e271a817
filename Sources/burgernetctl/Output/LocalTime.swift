// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// `2026-11-24 13:30:41` in the local time zone.
func localTime(_ timestamp: Timestamp) -> String {
    var seconds = time_t(timestamp.milliseconds / 1000)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return timestamp.description }
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S", &parts)
    return String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Reads a date or a time; without a zone it is local. `endOfDay`: a date means the midnight after it.
func parseLocalTime(_ text: String, endOfDay: Bool) -> Timestamp? {
    guard let timestamp = Timestamp(iso8601: text) else { return nil }
    let clock = text.utf8.dropFirst(10)
    if clock.contains(where: { [UInt8(ascii: "Z"), UInt8(ascii: "z"), 43, 45].contains($0) }) { return timestamp }
    var seconds = time_t(timestamp.microseconds / 1_000_000)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return nil }
    if clock.isEmpty, endOfDay { parts.tm_mday += 1 }
    // The C library knows whether summer time held then.
    parts.tm_isdst = -1
    let local = mktime(&parts)
    guard local != -1 else { return nil }
    return Timestamp(microseconds: Int64(local) * 1_000_000 + timestamp.microseconds % 1_000_000)
}

/// `12.3 s`, `4 min 5 s`, `2 h 3 min`, `5 d 2 h`.
func lengthOfTime(milliseconds: Int) -> String {
    let seconds = milliseconds / 1000
    switch seconds {
    case ..<60: return "\(seconds).\(milliseconds % 1000 / 100) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
}
