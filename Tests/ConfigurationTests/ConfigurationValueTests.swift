// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Configuration

@Suite("Values of keys") struct ConfigurationValueTests {
    @Test(
        "Durations",
        arguments: [
            ("500ms", 500), ("30s", 30_000), ("30", 30_000), ("5min", 300_000), ("1h", 3_600_000),
            ("1min 30s", 90_000), ("1min30s", 90_000), ("1.5s", 1500), ("2 min", 120_000), ("0", 0), ("1d", 86_400_000),
        ] as [(String, Int64)])
    func durations(text: String, milliseconds: Int64) throws {
        #expect(try ValueReader.duration(.zero ... .minutes(10_000)).read(text) == .milliseconds(milliseconds))
    }

    @Test(
        "No durations",
        arguments: ["soon", "5 fortnights", "-5s", "5,5s", "1e3s", "s", "5s!", "infinity", "٣s", "", "1..5s", "5sx3"])
    func badDurations(text: String) {
        #expect(throws: ValueError("\"\(text)\" is no duration: write 500ms, 30s, 5min or 1h")) {
            try ValueReader.duration(.zero ... .minutes(10)).read(text)
        }
    }

    @Test("Durations out of range name the range")
    func durationRange() {
        let reader = ValueReader.duration(.milliseconds(100) ... .minutes(10))
        #expect(throws: ValueError("\"11min\" is out of range: 100ms to 10min")) { try reader.read("11min") }
        #expect(throws: ValueError("\"0\" is out of range: 100ms to 10min")) { try reader.read("0") }
        #expect(throws: ValueError("\"99999999999999999999h\" is out of range: 100ms to 10min")) {
            try reader.read("99999999999999999999h")
        }
    }

    @Test(
        "Durations are written as they are read",
        arguments: ["0", "500ms", "30s", "1min", "1min30s", "5min", "24h", "1h1min1s1ms1us"])
    func writtenDurations(text: String) throws {
        let reader = ValueReader.duration(.zero ... .minutes(10_000))
        #expect(try reader.write(reader.read(text)) == text)
    }

    @Test(
        "Sizes",
        arguments: [("0", 0), ("1024", 1024), ("512K", 524_288), ("256M", 268_435_456), ("1.5G", 1_610_612_736)])
    func sizes(text: String, bytes: Int64) throws {
        #expect(try ValueReader.size(0...(1 << 40)).read(text) == bytes)
    }

    @Test("No sizes", arguments: ["", "M", "256MB", "256 M", "-1", "1e9"])
    func badSizes(text: String) {
        #expect(throws: ValueError("\"\(text)\" is no size: write bytes, 512K, 256M or 2G")) {
            try ValueReader.size(0...(1 << 40)).read(text)
        }
    }

    @Test("Booleans", arguments: ["yes", "true", "1", "on", "Yes"])
    func booleans(text: String) throws { #expect(try ValueReader.boolean.read(text)) }

    @Test("Numbers with and without a fraction")
    func numbers() throws {
        let reader = ValueReader.number(0.01...1000)
        #expect(try reader.read("12.5") == 12.5)
        #expect(throws: ValueError("\"12,5\" is no number; the decimal sign is a point")) { try reader.read("12,5") }
        for text in ["nan", "inf", "0x10", "+5", "1e2", ".5", "5."] {
            #expect(throws: ValueError("\"\(text)\" is no number")) { try reader.read(text) }
        }
        #expect(throws: ValueError("\"0\" is out of range: 0.01 to 1000")) { try reader.read("0") }
    }

    @Test(
        "Addresses of a trunk",
        arguments: [
            ("192.0.2.1", "192.0.2.1", nil), ("192.0.2.1:5070", "192.0.2.1", 5070), ("2001:db8::1", "2001:db8::1", nil),
            ("[2001:db8::1]", "2001:db8::1", nil), ("[2001:db8::1]:5060", "2001:db8::1", 5060),
        ] as [(String, String, UInt16?)])
    func addresses(text: String, address: String, port: UInt16?) throws {
        let expected = GatewayConfiguration.TrunkAddress(address: address, port: port)
        #expect(try ValueReader.trunkAddress.read(text) == expected)
    }

    @Test(
        "No addresses of a trunk",
        arguments: [
            "sip.example.nl", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:+5", "[192.0.2.1]:5060", "192.0.2", "[::1",
            "[::1]x",
        ])
    func badAddresses(text: String) {
        #expect(throws: ValueError("\"\(text)\" is no address: write 192.0.2.1:5060 or [2001:db8::1]:5060")) {
            try ValueReader.trunkAddress.read(text)
        }
    }

    @Test("Hosts are names or addresses")
    func hosts() throws {
        for text in ["sip.kpn.example.nl", "localhost", "192.0.2.1", "2001:db8::1", "_sip.example.nl"] {
            #expect(try ValueReader.host.read(text) == text)
        }
        #expect(try ValueReader.host.read("[::1]") == "::1")
        for text in ["a b", "-a.nl", "a..nl", "192.0.2.256", "é.nl", "x@example.nl"] {
            #expect(throws: ValueError("\"\(text)\" is no host name or address")) { try ValueReader.host.read(text) }
        }
        #expect(throws: ValueError("\"example.nl:5060\" is no host name; a port goes to Port=")) {
            try ValueReader.host.read("example.nl:5060")
        }
    }

    @Test(
        "How a trunk writes numbers",
        arguments: [
            ("e164", "+31612345678", "+31612345678"), ("national", "+31612345678", "0612345678"),
            ("national", "+3225551234", "003225551234"), ("00", "+31612345678", "0031612345678"),
        ])
    func numberFormats(format: String, number: String, written: String) throws {
        let format = try #require(GatewayConfiguration.NumberFormat(rawValue: format))
        let number = try #require(PhoneNumber(e164: number))
        #expect(format.write(number, countryCode: "31") == written)
    }

    @Test("A secret does not show")
    func secrets() {
        let secret = Secret("hunter2")
        var text = "\(secret) \(String(reflecting: secret)) "
        dump(GatewayConfiguration.Credentials(username: "u", password: secret), to: &text)
        #expect(!text.contains("hunter2"))
    }
}
