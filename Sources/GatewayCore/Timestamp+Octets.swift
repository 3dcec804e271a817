// SPDX-License-Identifier: GPL-3.0-or-later

extension Timestamp {
    /// Appends ``description``, `2026-11-24T13:30:41.123Z`, as ASCII.
    package func appendISO8601(to bytes: inout [UInt8]) {
        appendClock(separator: UInt8(ascii: "T"), to: &bytes)
        let millisecond = Int((milliseconds % 1000 + 1000) % 1000)
        bytes.append(UInt8(ascii: "."))
        bytes.append(48 + UInt8(truncatingIfNeeded: millisecond / 100))
        Self.appendTwo(millisecond % 100, &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Appends `2026-11-24 13:30:41`, UTC, fractions cut off, as ASCII.
    package func appendSeconds(to bytes: inout [UInt8]) {
        appendClock(separator: UInt8(ascii: " "), to: &bytes)
    }

    private func appendClock(separator: UInt8, to bytes: inout [UInt8]) {
        let total = milliseconds
        let seconds = total >= 0 ? total / 1000 : (total - 999) / 1000
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = Int(seconds - day * 86_400)
        let date = Self.civil(day: Int(day))
        Self.appendTwo(date.year / 100 % 100, &bytes)
        Self.appendTwo(date.year % 100, &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.appendTwo(date.month, &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.appendTwo(date.day, &bytes)
        bytes.append(separator)
        Self.appendTwo(second / 3600, &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.appendTwo(second / 60 % 60, &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.appendTwo(second % 60, &bytes)
    }

    private static func appendTwo(_ value: Int, _ bytes: inout [UInt8]) {
        bytes.append(48 + UInt8(truncatingIfNeeded: value / 10))
        bytes.append(48 + UInt8(truncatingIfNeeded: value % 10))
    }
}
