// SPDX-License-Identifier: GPL-3.0-or-later

/// A time in a receipt (Appendix B `submit date`, `done date`): the clock on the SMSC's wall, in a zone that the
/// receipt does not name. Only the absolute format of §7.1.1 brings its own zone.
package struct ReceiptTime: Sendable, Hashable {
    /// Full year.
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    /// 0 to 23.
    package let hour: Int
    /// 0 to 59.
    package let minute: Int
    /// 0 to 60; `nil` when the receipt gives minutes only, as Appendix B has it.
    package let second: Int?
    /// Minutes east of UTC, when the receipt itself says so (§7.1.1: `YYMMDDhhmmsstnnp`).
    package let zoneOffsetMinutes: Int?

    /// Makes a time; `nil` when no calendar has it.
    package init?(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int? = nil, zoneOffsetMinutes: Int? = nil
    ) {
        guard (1970...2999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.days(inMonth: month, of: year), (0...23).contains(hour), (0...59).contains(minute),
            (0...60).contains(second ?? 0), (-1440...1440).contains(zoneOffsetMinutes ?? 0)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.zoneOffsetMinutes = zoneOffsetMinutes
    }

    /// Microseconds since 1970 UTC. `zoneOffsetMinutes` is the SMSC's zone, used unless the receipt names its own.
    package func microseconds(zoneOffsetMinutes offset: Int) -> Int64 {
        // Days from the civil calendar, with March as the first month, so that the leap day comes last.
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        // An offset that no zone has must not overflow.
        let zone = max(-1440, min(1440, zoneOffsetMinutes ?? offset))
        let seconds = days * 86_400 + hour * 3600 + (minute - zone) * 60 + (second ?? 0)
        return Int64(seconds) * 1_000_000
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension ReceiptTime {
    /// Reads the forms seen in receipts: `YYMMDDhhmm`, `YYMMDDhhmmss`, `YYYYMMDDhhmm`, `YYYYMMDDhhmmss`, each with
    /// or without `-`, `/`, `:`, `T` and blanks between, and §7.1.1 `YYMMDDhhmmsstnnp`. Zeros and everything that
    /// no calendar has give `nil`: SMSCs write `0000000000` for "not yet".
    ///
    /// Twelve digits are read as `YYMMDDhhmmss`, and as `YYYYMMDDhhmm` only where the first reading is no date.
    package init?(_ octets: UnsafeBufferPointer<UInt8>) {
        var digits: (UInt64, Int) = (0, 0)
        var firstGroup = 0
        var sign = 0
        scan: for octet in octets {
            switch octet {
            case 0x30...0x39:
                guard digits.1 < 15 else { return nil }
                digits.0 = digits.0 * 10 + UInt64(octet - 0x30)
                digits.1 += 1
            case 0x2B where digits.1 == 15:
                sign = 1
                break scan
            case 0x2D where digits.1 == 15:
                sign = -1
                break scan
            case 0x2D, 0x2F, 0x3A, 0x20, 0x54, 0x74:
                if firstGroup == 0 { firstGroup = digits.1 }
            case 0x2E, 0x5A, 0x7A, 0x2B:
                // Fractions, and zones in letters or ISO form, are beyond the second.
                break scan
            default:
                return nil
            }
        }
        switch digits.1 {
        case 10:
            self.init(packed: digits.0 * 100, century: 2000, hasSeconds: false)
        case 12:
            if firstGroup != 4, let time = ReceiptTime(packed: digits.0, century: 2000, hasSeconds: true) {
                self = time
            } else {
                self.init(packed: digits.0 * 100, century: 0, hasSeconds: false)
            }
        case 14:
            self.init(packed: digits.0, century: 0, hasSeconds: true)
        case 15 where sign != 0:
            let quarters = Int(digits.0 % 100)
            guard quarters <= 48 else { return nil }
            self.init(packed: digits.0 / 1000, century: 2000, hasSeconds: true, zone: sign * quarters * 15)
        default:
            return nil
        }
    }

    /// Reads one of the forms from a string.
    package init?(_ text: String) {
        var text = text
        let time = text.withUTF8 { ReceiptTime($0) }
        guard let time else { return nil }
        self = time
    }

    /// `packed` is the decimal number `[YY]YYMMDDhhmmss`.
    private init?(packed: UInt64, century: Int, hasSeconds: Bool, zone: Int? = nil) {
        let value = Int(packed)
        self.init(
            year: value / 10_000_000_000 + century, month: value / 100_000_000 % 100, day: value / 1_000_000 % 100,
            hour: value / 10_000 % 100, minute: value / 100 % 100, second: hasSeconds ? value % 100 : nil,
            zoneOffsetMinutes: zone)
    }
}
