// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How a carrier writes times.
package struct CarrierTimeFormat: Equatable, Sendable {
    /// Of times that do not say it themselves.
    package enum Zone: Equatable, Sendable, CustomStringConvertible {
        case amsterdam
        /// Ahead of UTC.
        case offset(Interval)

        init(_ text: String) throws(ValueError) {
            if text == "Europe/Amsterdam" {
                self = .amsterdam
                return
            }
            if text == "UTC" || text == "Z" {
                self = .offset(.zero)
                return
            }
            // The offset is that of a time which bears it.
            guard text.utf8.count == 6, text.hasPrefix("+") || text.hasPrefix("-"),
                let time = Timestamp(iso8601: "2000-01-01T00:00\(text)"),
                let zero = Timestamp(iso8601: "2000-01-01T00:00Z")
            else { throw ValueError("\"\(text)\" is none of Europe/Amsterdam, UTC, +01:00") }
            self = .offset(zero - time)
        }

        /// As the mapping writes it; an offset of zero is `UTC`.
        package var description: String {
            switch self {
            case .amsterdam: "Europe/Amsterdam"
            case .offset(let offset): offset == .zero ? "UTC" : Self.written(offset)
            }
        }

        /// `2026-10-15 12:00:00`: what clocks show there.
        package func clock(_ time: Timestamp) -> String {
            local(time).prefix(19).map { $0 == "T" ? " " : String($0) }.joined()
        }

        /// `2026-10-15T12:00:00.000+02:00`
        package func iso8601(_ time: Timestamp) -> String {
            let offset = offset(at: time)
            return local(time) + (offset == .zero ? "Z" : Self.written(offset))
        }

        private func offset(at time: Timestamp) -> Interval {
            switch self {
            case .amsterdam: DutchTime.offset(at: time)
            case .offset(let offset): offset
            }
        }

        /// Without a zone.
        private func local(_ time: Timestamp) -> Substring { (time + offset(at: time)).description.dropLast() }

        private static func written(_ offset: Interval) -> String {
            let minutes = Int(abs(offset.microseconds) / 60_000_000)
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return "\(offset < .zero ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
        }
    }

    private enum Kind: Equatable, Sendable {
        case iso
        /// So many decimals make microseconds.
        case unix(digits: Int)
        case pattern([Part])
    }

    private enum Part: Equatable, Sendable {
        case year, shortYear, month, day, hour, minute, second, fraction
        case literal(UInt8)
    }

    private var kind: Kind
    package static let iso = CarrierTimeFormat(kind: .iso)

    private init(kind: Kind) { self.kind = kind }

    /// `iso`, `unix`, `unix-ms`, or a pattern as of strptime(3): `%d-%m-%Y %H:%M:%S`.
    init(_ text: String) throws(ValueError) {
        switch text {
        case "iso": kind = .iso
        case "unix": kind = .unix(digits: 6)
        case "unix-ms": kind = .unix(digits: 3)
        default: kind = .pattern(try Self.parts(text))
        }
    }

    private static func parts(_ text: String) throws(ValueError) -> [Part] {
        let letters: [UInt8: Part] = [
            UInt8(ascii: "Y"): .year, UInt8(ascii: "y"): .shortYear, UInt8(ascii: "m"): .month,
            UInt8(ascii: "d"): .day, UInt8(ascii: "H"): .hour, UInt8(ascii: "M"): .minute,
            UInt8(ascii: "S"): .second, UInt8(ascii: "f"): .fraction, UInt8(ascii: "%"): .literal(37),
        ]
        var parts: [Part] = []
        var isEscape = false
        for byte in text.utf8 {
            if isEscape {
                guard let part = letters[byte] else {
                    let letter = Character(Unicode.Scalar(byte))
                    throw ValueError("%\(letter) is not known: use %Y %y %m %d %H %M %S %f")
                }
                parts.append(part)
                isEscape = false
            } else if byte == 37 {
                isEscape = true
            } else {
                parts.append(.literal(byte))
            }
        }
        let hasYear = parts.contains(.year) || parts.contains(.shortYear)
        guard !isEscape, hasYear, [Part.month, .day, .hour, .minute].allSatisfy(parts.contains) else {
            throw ValueError("\"\(text)\" is no time format: iso, unix, unix-ms, or such as %d-%m-%Y %H:%M:%S")
        }
        return parts
    }

    /// The time, and the other moment that it can mean in the hour that comes twice; nil: it cannot be read.
    package func read(_ text: String, zone: Zone) -> (time: Timestamp, other: Timestamp?)? {
        switch kind {
        case .unix(let digits):
            let microseconds = CarrierDecimal.read(text.utf8, digits: digits, decimalComma: false)
            return microseconds.map { (Timestamp(microseconds: $0), nil) }
        case .iso:
            let isSpaced = text.utf8.count > 10 && text.utf8.dropFirst(10).first == 32
            let standard = isSpaced ? text.prefix(10) + "T" + text.dropFirst(11) : text[...]
            guard let time = Timestamp(iso8601: String(standard)) else { return nil }
            let clock = standard.utf8.dropFirst(10)
            if clock.contains(where: { [90, 122, 43, 45].contains($0) }) { return (time, nil) }
            return local(time, zone)
        case .pattern(let parts): return pattern(parts, text, zone)
        }
    }

    /// `time`: what the clock shows, as if it were UTC.
    private func local(_ time: Timestamp, _ zone: Zone) -> (time: Timestamp, other: Timestamp?) {
        switch zone {
        case .offset(let offset): return (time - offset, nil)
        case .amsterdam:
            let (inSummer, inWinter) = (time - .seconds(7200), time - .seconds(3600))
            switch (DutchTime.isSummer(inSummer), DutchTime.isSummer(inWinter)) {
            case (true, false): return (inSummer, inWinter)
            case (true, true): return (inSummer, nil)
            case (false, _): return (inWinter, nil)
            }
        }
    }

    private func pattern(_ parts: [Part], _ text: String, _ zone: Zone) -> (time: Timestamp, other: Timestamp?)? {
        var rest = Substring(text).utf8
        /// Fixed widths, but for single digits before another sign: `5-1-2026`.
        func number(_ width: Int) -> Int? {
            var value = 0
            var count = 0
            while count < width, let digit = rest.first, (48...57).contains(digit) {
                value = value * 10 + Int(digit - 48)
                rest = rest.dropFirst()
                count += 1
            }
            return count > 0 ? value : nil
        }
        var (year, month, day, hour, minute, second) = (0, 0, 0, 0, 0, 0)
        for part in parts {
            switch part {
            case .literal(let byte):
                guard rest.first == byte else { return nil }
                rest = rest.dropFirst()
            case .fraction: while let digit = rest.first, (48...57).contains(digit) { rest = rest.dropFirst() }
            case .year, .shortYear, .month, .day, .hour, .minute, .second:
                guard let value = number(part == .year ? 4 : 2) else { return nil }
                switch part {
                case .year: year = value
                case .shortYear: year = 2000 + value
                case .month: month = value
                case .day: day = value
                case .hour: hour = value
                case .minute: minute = value
                case .second: second = value
                case .literal, .fraction: break
                }
            }
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        guard rest.isEmpty, (1000...9999).contains(year) else { return nil }
        let iso = "\(year)-\(two(month))-\(two(day))T\(two(hour)):\(two(minute)):\(two(second))Z"
        return Timestamp(iso8601: iso).map { local($0, zone) }
    }
}
