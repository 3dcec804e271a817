// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A time of an alert: `2002-05-24T16:49:00-07:00` (CAP-v1.2, 3.3.2: with its offset from UTC, never with Z).
enum CAPTime {
    enum Reading: Equatable {
        case time(Timestamp)
        /// Not as the standard has it, and plain all the same.
        case unusual(Timestamp, remark: String)
        case wrong(String)
    }

    static func read(_ text: String) -> Reading {
        let form = "a time is written as 2026-11-24T13:30:00+01:00"
        // To the second, in ASCII, before the general reading, which takes more than an alert may have.
        let shape = text.utf8.prefix(19).map { (48...57).contains($0) ? UInt8(ascii: "0") : $0 }
        guard text.utf8.count <= 40, shape.elementsEqual("0000-00-00T00:00:00".utf8) else {
            return .wrong("\"\(text.readable(40))\" is not a time: \(form)")
        }
        var zone = text.utf8.dropFirst(19)
        var remark: String?
        if zone.first == UInt8(ascii: ".") {
            zone = zone.dropFirst().drop { (48...57).contains($0) }
            remark = "has fractions of a second, which CAP does not have"
        }
        if zone.elementsEqual("Z".utf8) {
            remark = "ends with Z, which CAP writes as -00:00"
        } else {
            guard !zone.isEmpty else {
                return .wrong("\"\(text.readable(40))\" does not say in which time zone: \(form)")
            }
            let offset = zone.map { (48...57).contains($0) ? UInt8(ascii: "0") : $0 }
            guard offset.elementsEqual("+00:00".utf8) || offset.elementsEqual("-00:00".utf8) else {
                return .wrong("\"\(text.readable(40))\" has an offset that is none: \(form)")
            }
        }
        guard let time = Timestamp(iso8601: text) else {
            return .wrong("\"\(text.readable(40))\" is no time of the calendar: \(form)")
        }
        return remark.map { .unusual(time, remark: $0) } ?? .time(time)
    }
}
