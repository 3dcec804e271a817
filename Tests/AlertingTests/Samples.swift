// SPDX-License-Identifier: GPL-3.0-or-later
import Alerting
import Foundation
import Testing

/// Alerts of `Samples`, and one that tests change a piece of.
enum Sample {
    static let all = [
        "security", "thunderstorm", "earthquake-update", "amber-two-languages", "nws-1.1", "meteoalarm",
        "canada-signed",
        "burgernet",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Samples")
        return Array(try Data(contentsOf: folder.appendingPathComponent("\(name).xml")))
    }

    static let plain = """
        <?xml version="1.0" encoding="UTF-8"?>
        <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
          <identifier>A-1</identifier>
          <sender>desk@example.org</sender>
          <sent>2026-11-24T13:30:00+01:00</sent>
          <status>Actual</status>
          <msgType>Alert</msgType>
          <scope>Public</scope>
          <info>
            <language>nl</language>
            <category>Fire</category>
            <event>Brand</event>
            <urgency>Immediate</urgency>
            <severity>Severe</severity>
            <certainty>Observed</certainty>
            <expires>2026-11-24T15:30:00+01:00</expires>
            <headline>Grote brand</headline>
          </info>
        </alert>
        """

    /// ``plain`` with `old` replaced by `new`.
    static func plain(_ old: String, _ new: String, _ location: SourceLocation = #_sourceLocation) -> [UInt8] {
        #expect(plain.contains(old), sourceLocation: location)
        return Array(plain.replacing(old, with: new).utf8)
    }
}

/// Why it is refused; nil: it is not.
func refusal(_ bytes: [UInt8]) -> AlertRefusal? {
    do throws(AlertRefusal) {
        _ = try CAPAlert(reading: bytes)
        return nil
    } catch {
        return error
    }
}

func plan(_ bytes: [UInt8], allowsRestricted: Bool = false) throws -> AlertPlan {
    try AlertPlan(CAPAlert(reading: bytes), allowsRestricted: allowsRestricted, longestPiece: 5000)
}
