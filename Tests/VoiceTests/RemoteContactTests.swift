// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Voice

/// Which Contacts are warned of.
@Suite struct RemoteContactTests {
    private func record(_ contact: String, routes: String = "") -> DialogRecord {
        DialogRecord(
            trunk: 1, target: 1, sipCallID: "a", localURI: "sip:a@b", localTag: "l", remoteURI: "sip:c@d",
            remoteTag: "r", remoteTarget: contact, routeSet: routes, localCSeq: 1)
    }

    @Test(
        "A private address behind a public one is not reached",
        arguments: [
            ("sip:+31612345678@10.1.2.3:5060", "10.1.2.3"), ("sip:172.16.0.1", "172.16.0.1"),
            ("sip:172.31.255.255;transport=udp", "172.31.255.255"), ("sip:a;b=c?d@192.168.1.1:5070", "192.168.1.1"),
            ("sip:100.64.0.9", "100.64.0.9"), ("sip:127.0.0.1:5060", "127.0.0.1"), ("sip:169.254.1.1", "169.254.1.1"),
        ])
    func privateAddresses(contact: String, address: String) {
        #expect(
            record(contact).unreachableContact(behind: "203.0.113.5")
                == UnreachableContact(address: address, reason: .isPrivate))
    }

    @Test(
        "So is a unique local, link-local or loopback one of IPv6",
        arguments: [("sip:x@[fd00::7]:5060", "fd00::7"), ("sip:[fe80::1]", "fe80::1"), ("sip:[::1]:5060", "::1")])
    func privateIPv6(contact: String, address: String) {
        #expect(
            record(contact).unreachableContact(behind: "2001:db8::1")
                == UnreachableContact(address: address, reason: .isPrivate))
    }

    @Test("Another address family is said whatever the address is")
    func otherFamily() {
        #expect(
            record("sip:[2001:db8::9]:5060").unreachableContact(behind: "203.0.113.5")
                == UnreachableContact(address: "2001:db8::9", reason: .isOfOtherFamily))
        #expect(
            record("sip:203.0.113.9").unreachableContact(behind: "2001:db8::1")?.description
                == "203.0.113.9, of another address family")
    }

    @Test(
        "Public addresses, names, and private ones of a private trunk are fine",
        arguments: [
            ("sip:x@203.0.113.9:5060", "203.0.113.5"), ("sip:x@198.51.100.1", "203.0.113.5"),
            ("sip:172.32.0.1", "203.0.113.5"), ("sip:100.128.0.1", "203.0.113.5"), ("sip:192.169.0.1", "203.0.113.5"),
            ("sip:x@sbc.carrier.example;transport=tcp", "203.0.113.5"), ("sip:10.0.0.9", "10.0.0.1"),
            ("sip:[fd00::9]", "fd00::1"), ("", "203.0.113.5"), ("sip:", "203.0.113.5"), ("sip:[", "203.0.113.5"),
        ])
    func fine(contact: String, trunk: String) {
        #expect(record(contact).unreachableContact(behind: trunk) == nil)
    }

    @Test("With a route set requests go by that")
    func routed() {
        #expect(record("sip:10.0.0.9", routes: "<sip:203.0.113.5;lr>").unreachableContact(behind: "203.0.113.5") == nil)
    }
}
